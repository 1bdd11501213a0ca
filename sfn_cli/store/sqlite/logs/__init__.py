"""Log groups, streams and events."""
