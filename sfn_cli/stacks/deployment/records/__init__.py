"""What a deploy writes: rows, events, and the lock under which it does."""
