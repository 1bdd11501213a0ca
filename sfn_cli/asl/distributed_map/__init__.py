"""The fields of a Map state in DISTRIBUTED mode."""
