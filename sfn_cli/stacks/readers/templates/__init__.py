"""Templates of CloudFormation and SAM: their files, what they include, their transforms."""
