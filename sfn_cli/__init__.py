"""sfn: AWS Step Functions in your terminal.

Our own words, beside those of the States Language and of the AWS API:

    frame    one thread of control: the root of an execution, a branch of Parallel, an iteration of Map
    stay     what is known of a frame in a state, from when it enters the state until it leaves
    move     what a state requests: Exit, Call, Sleep, Fork, Distribute or Stop
    visit    what a state sees each time it is called: the input, variables, time and seed
    memo     what `decide` remembers to save time; it may be lost at any time
    signal   what the world says to an execution: a task started, succeeded, failed
    driver   what calls `turn` and stores the result: the local worker, or a process of its own
    turn     what the signals and the time bring to one execution
    round    what a worker does between two commits: a turn for every execution that may move
    lease    a worker's hold on an execution: the row names it, and each commit checks it
    task run one task as an integration is given it, and where it answers
    slot     a place for one live worker: a file that it holds locked, and a pipe that wakes it

The map of the package is in CONTRIBUTING.md.
"""

__version__ = "0.2.0"
