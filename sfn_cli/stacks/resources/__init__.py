"""Creates the resources of a stack: a table that maps each type to its create, update and delete."""
