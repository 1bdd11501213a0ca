"""Services of the Serverless Framework as stacks: packaged ones, and serverless.yml."""
