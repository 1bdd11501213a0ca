"""Resources in this store: state machines, functions, log groups, connections."""
