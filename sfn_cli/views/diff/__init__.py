"""The differences between two executions, or between two definitions, state by state.

value_changes.py      the values that differ in two JSON values, by path
execution_diff.py     compares visits: the n-th visits of a state, and iterations by index
definition_diff.py    finds states added, removed, renamed and changed, and the edges between them
execution_lines.py, definition_lines.py, change_lines.py    both differences as lines of styled text
diff_json.py          both differences as JSON

A difference is marked with + − ~, never only by a colour.
"""
