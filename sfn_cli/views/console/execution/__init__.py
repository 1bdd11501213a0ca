"""The page of an execution: its graph, outline, timeline and events, with one selected state."""
