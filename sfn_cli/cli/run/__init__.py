"""`sfn run`: creates a project's resources, runs its state machine and shows the execution."""
