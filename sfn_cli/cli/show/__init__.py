"""`sfn show`: an execution as a tree, its failure, one state, its events, JSON, or a report file."""
