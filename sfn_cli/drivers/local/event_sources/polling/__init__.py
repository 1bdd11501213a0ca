"""Event source mappings and pipes: a worker polls queues and streams for their targets."""
