"""An execution and its machine for people: one view model, and the forms in which it is shown.

Pure: a definition, a history and the time come in as arguments; text, JSON, SVG and HTML go out.
Nothing here reads a file, a store or a clock. The terminal (`cli/show/`) and the server only fetch
what a view is made from, and write what it looks like.

    source.py       what a view is made from: `ExecutionSource`, the same for a store, a file of
                    GetExecutionHistory and an execution in memory
    api_history.py  events of GetExecutionHistory → the history events of the interpreter
    execution/      the view model: visits of states, attempts, threads, edges taken, durations
    graph/          the graph of a definition, and what an execution did on it
    layout/         positions of states and routes of edges
    picture/        SVG: the graph, and heat maps of the items of Maps
    outline/        the tree of an execution, as lines of styled text
    failure/        what failed, in words: decoded errors, tracebacks, what to do next
    diff/           what differs between two executions or two definitions
    report/         one self-contained HTML file
    markup.py       builds SVG and HTML in which text is always escaped
"""
