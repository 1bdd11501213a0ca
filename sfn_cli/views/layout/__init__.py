"""Where the states of a graph lie and how its edges run, in pixels."""
