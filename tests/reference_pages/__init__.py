"""The pages of docs/reference that are generated from tables in the code: a module for each page.

Each module has a function `page()` that returns the text. `tests/reference.py` lists and writes them.
"""
