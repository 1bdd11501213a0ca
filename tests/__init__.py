"""The tests: each folder tests a layer of the package."""
