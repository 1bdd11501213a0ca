"""Views of an execution and its machine: one view model, and the forms in which it is shown.

Pure: arguments are a definition, a history and the time; results are text, JSON, SVG and HTML. Nothing
here reads a file, a store or a clock. The terminal (`cli/show/`) and the server only fetch the input of a
view and write its output.

    source.py       the input of a view: `ExecutionSource`, the same for a store, a file of
                    GetExecutionHistory and an execution in memory
    statuses.py     the statuses of executions and states, with their marks and labels
    history/        converts events of GetExecutionHistory to the interpreter's, and replays them
    execution/      the view model: visits of states, attempts, threads, edges taken, durations,
                    pending tasks, dataflow
    graph/          the graph of a definition with an execution's path; as Mermaid, dot, text
    layout/         positions of states and routes of edges
    picture/        SVG: the graph, and heat maps of Maps' items
    outline/        the tree of an execution, and one visit of a state, as lines of styled text
    failure/        explained failures: decoded errors, stack traces, next steps
    diff/           the differences between two executions or two definitions
    report/         one self-contained HTML file
    text/           readable text: styled lines, times, JSON, shell words, and the builder of SVG and
                    HTML, which always escapes text

    running_states.py      the states that a running execution is in, for lists
    test_state_command.py  the `sfn test-state` command that runs a visited state again
"""
