"""The code of functions: where it is, and how a zip becomes a folder."""
