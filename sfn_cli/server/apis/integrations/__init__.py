"""What the route of an API calls."""
