"""Resources that are not created: they have names and attributes, so that references to them resolve."""
