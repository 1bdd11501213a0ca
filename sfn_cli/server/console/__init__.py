"""The console: pages in a browser, below /console, for `sfn serve` and `sfn console`."""
