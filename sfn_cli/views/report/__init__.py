"""An execution as one self-contained HTML file, for an issue or as a CI artefact.

`report.py` assembles the page, and `payloads.py` chooses the data: secrets are masked, and more than two
megabytes are truncated. The page loads nothing: its Content-Security-Policy allows only its own
stylesheet and script, by their hashes.
"""
