"""sfn: AWS Step Functions in your terminal.

Our own words, in addition to those of the States Language and of the AWS API:

    frame    one thread of control: the root of an execution, a branch of Parallel, an iteration of Map
    stay     what is known of a frame in a state, from when it enters the state until it leaves
    move     what a state requests: Exit, Call, Sleep, Fork, Distribute or Stop
    visit    what a state sees each time it is called: the input, variables, time and seed;
             in views, a state from when it is entered until it is left
    memo     what `decide` caches to save time; it may be lost at any time
    origin   an execution whose first events another one has taken over (run from a state)
    signal   a message to an execution from outside: a task started, succeeded, failed
    driver   what calls `turn` and keeps the result: the local worker, or the in-memory runner
    turn     the events of one execution that follow from its signals and the time
    round    a worker's work between two commits: a turn for every execution that may move
    lease    a worker's hold on an execution: the row names it, and each commit checks it
    task run one task in the form that an integration gets, and where its answer goes
    slot     a place for one live worker: a file that it holds locked, and a pipe that wakes it
    view     an execution as people look at it: visits of states with their attempts, children, edges
    fold     what makes a view of a history, event by event; the history may stop anywhere
    thread   in a view, what a frame is in the interpreter
    pending  what a state waits for, until when, and the command that answers
    outline  a view as a tree of text

The map of the package is in CONTRIBUTING.md.
"""

__version__ = "0.2.0"
