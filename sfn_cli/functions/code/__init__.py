"""The code of functions: where it lies, and how a zip becomes a folder."""
