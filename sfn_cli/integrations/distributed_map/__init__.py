"""Map Runs: what a Map in DISTRIBUTED mode is owed.

conduct.py     one run, from its dataset to its result
storage.py     where datasets and results lie: S3, or folders (file://)
formats.py     CSV, JSON and the like: bytes become items
dataset.py     the items of a run, read once, and kept in a file until it ends
results.py     what the children gave, as the state's output or written out
"""
