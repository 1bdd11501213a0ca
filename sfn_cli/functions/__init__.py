"""Local Lambda: handlers run in warm children of the process that invokes them.

catalog     where a function's code lies          runtimes   which interpreter runs it deployment
what its children are started from    process    one child pool        who is invoked, who waits,
who goes   output     what it printed, as log lines outcome     how an invocation ended
invoke     waiting for one, from any thread bootstrap   the child's side: runs under the function's
interpreter, imports nothing of sfn (.py, and .mjs for Node.js) custom_runtime, exchange,
runtime_api   the child's side of a function that brings its own runtime
"""
