"""Reads YAML from users: any value within limits, and definitions in the States Language."""
