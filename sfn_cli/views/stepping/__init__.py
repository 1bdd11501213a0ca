"""Walking through the history of an execution, event by event; pure.

copied_fold.py     a view model that can be copied, so that a step back is as quick as one forward
history_walk.py    the position in a history, the view as of it, and jumps to other events
event_lines.py     one event as lines: its data, and its state's input, variables and output
screen_lines.py    the tree, the event and the keys in the lines of a terminal
line_editor.py     one line that a user types
walk_screen.py     `sfn step`: keys in, lines out
"""
