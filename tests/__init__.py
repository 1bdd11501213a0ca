"""The tests; a folder mirrors each floor of the package."""
