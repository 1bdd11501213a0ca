"""An execution and its machine for people: one view model, and the forms in which it is shown.

Pure: a definition, a history and the time come in as arguments; text, JSON, SVG and HTML go out.
Nothing here reads a file, a store or a clock. The terminal (`cli/show/`) and the server only fetch
the input of a view, and write its output.

    source.py       the input of a view: `ExecutionSource`, the same for a store, a file of
                    GetExecutionHistory and an execution in memory
    statuses.py     the statuses of executions and states, with their marks and words
    history/        events of GetExecutionHistory → those of the interpreter, and their replay
    execution/      the view model: visits of states, attempts, threads, edges taken, durations,
                    pending tasks, dataflow
    graph/          the graph of a definition, and what an execution did on it; as Mermaid, dot, text
    layout/         positions of states and routes of edges
    picture/        SVG: the graph, and heat maps of the items of Maps
    outline/        the tree of an execution, and one visit of a state, as lines of styled text
    failure/        what failed, in words: decoded errors, tracebacks, what to do next
    diff/           what differs between two executions or two definitions
    report/         one self-contained HTML file
    text/           text for people: styled lines, times, JSON, words of a shell, and the builder of
                    SVG and HTML in which text is always escaped

    running_states.py      the states that a running execution is in, for lists
    test_state_command.py  the `sfn test-state` command that runs a visited state again
"""
