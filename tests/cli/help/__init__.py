"""Help, as people read it."""
