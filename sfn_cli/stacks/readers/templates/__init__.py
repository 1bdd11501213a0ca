"""What a template of CloudFormation or SAM goes through: includes, loops, local paths, transforms."""
