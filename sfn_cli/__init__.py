"""sfn: AWS Step Functions in your terminal.

Our own words, beside those of the States Language and of the AWS API:

    frame    one thread of control: the root of an execution, a branch of Parallel, an iteration of Map
    move     what a state asks for: Exit, Call, Sleep, Fork, Distribute or Stop
    visit    one stay in a state: the input, variables, time and seed that the state sees
    signal   what the world says to an execution: a task started, succeeded, failed
    driver   who turns the interpreter's handle: the local worker, and others to come
    turn     what a worker does between two commits: it advances all executions that may move
    lease    a worker's hold on an execution: the row names it, and each commit checks it
    task run one task as an integration is given it, and where it answers
    slot     a place for one live worker: a file that it holds locked, and a pipe that wakes it

The map of the house is in CONTRIBUTING.md.
"""

__version__ = "0.2.0"
