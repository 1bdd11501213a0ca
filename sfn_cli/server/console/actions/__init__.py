"""What the console changes, by the operations of the API."""
