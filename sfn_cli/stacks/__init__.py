"""Templates and folders, and the resources that they describe."""
