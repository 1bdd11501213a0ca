"""The environment of a function's process: variables, credentials, and the local endpoint.

variables       the AWS variables of a child
shared_config   endpoints in the user's shared config file
endpoint        the loopback endpoint that the children of a process call
custom_resources  for responses of custom resources (.py, and .cjs for Node.js)
sdk_endpoints   for SDKs that do not read the endpoint variable (.py, and .cjs for Node.js)
"""
