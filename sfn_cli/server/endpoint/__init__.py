"""One endpoint for all of AWS: sfn's own operations, and other services by forwarding.

process         the process that serves the functions of a worker or a command
own_clients     which clients it answers: this user's
routing         which requests are for sfn itself
forwarding      passes the others on to the local AWS services
"""
