"""Lists for people and scripts: state machines with their runs (`sfn ls`), running executions (`sfn ps`)."""
