"""The status page: what runs for this store, what waits, what failed."""
