"""The operations of STS."""
