"""The operations of the Cloud Control API."""
