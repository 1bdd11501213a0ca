"""The graph of a definition: its states, what may follow what, and what an execution did on it."""
