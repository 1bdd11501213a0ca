"""Reads services of the Serverless Framework, packaged ones and serverless.yml, as stacks."""
