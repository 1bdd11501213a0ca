"""A client of AWS's protocols: --endpoint-url."""
