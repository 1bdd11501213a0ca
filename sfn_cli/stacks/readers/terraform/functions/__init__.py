"""Terraform's functions."""
