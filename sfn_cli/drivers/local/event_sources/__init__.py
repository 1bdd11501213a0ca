"""Event sources of functions: queues whose messages a worker carries to them."""
