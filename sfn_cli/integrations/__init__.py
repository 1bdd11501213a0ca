"""What a Task may call. `table.py` says which resources there are; one file per service."""
