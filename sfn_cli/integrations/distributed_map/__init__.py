"""Map Runs: the work of a Map in DISTRIBUTED mode.

conduct.py     one run, from its dataset to its result
storage.py     storage of datasets and results: S3, or folders (file://)
formats.py     CSV, JSON and other formats: bytes become items
dataset.py     the items of a run, read once, and stored in a file until it ends
results.py     the children's results, as the state's output or as files
"""
