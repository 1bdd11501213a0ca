"""Mapping templates and parameters: how requests and responses are changed on their way."""
