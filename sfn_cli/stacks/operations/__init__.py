"""CloudFormation's operations: stacks over HTTP, as the deploy tools of AWS call them.

table           the operations, and the functions that answer them
stacks          creating, changing and deleting stacks
change_sets     change sets, which are planned before they answer
requests        what a request sends: the template, parameters, tags, capabilities
background      a deploy that goes on after the request has been answered

The deploy itself is `stacks/deployment`.
"""
