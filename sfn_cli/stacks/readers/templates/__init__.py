"""The steps that a CloudFormation or SAM template goes through: includes, loops, paths, transforms."""
