"""`sfn run`: creates what a folder describes, runs its state machine, and shows its progress."""
