"""JSONPath: paths, filters, and Reference Paths."""
