"""APIs and function URLs in SQLite."""
