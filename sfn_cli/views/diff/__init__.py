"""What differs between two executions, or between two definitions, state by state.

value_changes.py      the values that differ in two JSON values, by path
execution_diff.py     visits side by side: the n-th of a state with the n-th, iterations by index
definition_diff.py    states added, removed, renamed and changed, and the edges between them
execution_lines.py, definition_lines.py, change_lines.py    both, as lines of styled text
diff_json.py          both, as JSON

A difference is marked with + − ~, and never by a colour alone.
"""
