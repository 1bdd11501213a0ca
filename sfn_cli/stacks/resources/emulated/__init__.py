"""Resources that live in the local services, or wherever their endpoint is."""
