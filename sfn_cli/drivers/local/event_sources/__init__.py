"""Event sources of functions: a worker delivers the messages of queues to them."""
