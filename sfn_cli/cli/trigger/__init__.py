"""`sfn trigger`: fires what starts machines and functions, and follows what it starts."""
