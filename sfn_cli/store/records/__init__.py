"""The records of a store, the same for every kind of store."""
