"""AWS's protocols: how each reads a request and writes a response."""
