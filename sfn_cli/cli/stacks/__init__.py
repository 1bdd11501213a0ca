"""Commands on projects and their stacks: `sfn deploy`, `sfn stack`, `sfn export`."""
