"""The forms in which `sfn show` writes an execution or one state: text, data, a page."""
