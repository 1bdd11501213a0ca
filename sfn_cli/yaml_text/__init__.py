"""YAML that a user wrote: any value within limits, and definitions in the States Language."""
