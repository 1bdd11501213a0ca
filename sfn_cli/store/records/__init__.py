"""The contents of a store as plain records, the same for every store."""
