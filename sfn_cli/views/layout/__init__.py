"""The layout of a graph: positions of states and routes of edges, in pixels."""
