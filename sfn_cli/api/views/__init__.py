"""Inputs of views: queries of the store for which AWS has no operation."""
