"""Evaluates a stack's template: parameters, conditions, intrinsic functions, order. Pure."""
