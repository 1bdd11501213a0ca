"""The text of a definition: how it is shown, and which of its lines belong to which state."""
