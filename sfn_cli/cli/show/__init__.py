"""Commands that show executions and machines to people: show, watch, ls, ps, graph, diff."""
