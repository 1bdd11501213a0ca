"""Resources that are not made: they have names and attributes, so that references to them resolve."""
