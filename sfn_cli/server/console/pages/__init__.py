"""The pages of the console: each reads through the operations, and is drawn by `views/console`."""
