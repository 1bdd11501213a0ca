"""`sfn watch`: follows an execution to its end, as a tree that is redrawn, as lines, or as JSON."""
