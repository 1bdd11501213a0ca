"""sfn: AWS Step Functions in your terminal.

Our own words, beside those of the States Language and of the AWS API:

    frame    one thread of control: the root of an execution, a branch of Parallel, an iteration of Map
    move     what a state asks for: Exit, Call, Sleep, Fork or Stop
    visit    one stay in a state: the input, variables, time and seed that the state sees
    signal   what the world says to an execution: a task started, succeeded, failed
    driver   what runs executions, turn by turn: the local worker, or a test in its own process
    turn     what signals and the time bring to one execution; a worker commits many in a round
    lease    a worker's hold on an execution: the row names it, and each commit checks it
    slot     a place for one live worker: a file that it holds locked, and a pipe that wakes it

The map of the house is in CONTRIBUTING.md.
"""

__version__ = "0.2.0"
