"""An execution as one HTML file that needs nothing else: for an issue, or as an artefact of CI.

`report.py` assembles the page, `payloads.py` decides what of the data is shown: secrets are masked,
and more than two megabytes are cut. The page loads nothing: its Content-Security-Policy allows its
own sheet and script, by their hashes, and nothing else.
"""
