"""The local AWS services at the terminal: `sfn aws`, and commands of the AWS CLI that call them."""
