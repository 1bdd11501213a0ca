"""The generated parts of the pages in docs/reference: a module for each page.

Each module has PARTS: the lines of each part, by its name. `tests/reference.py` writes them.
"""
