"""Projects: reads them as stacks, evaluates their templates, and deploys their resources."""
