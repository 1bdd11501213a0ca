"""Inputs of views: reads of the store that AWS has no operation for."""
