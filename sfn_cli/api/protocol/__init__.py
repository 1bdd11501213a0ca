"""Shared handling of requests and responses: shapes, constraints, paging, long polls."""
