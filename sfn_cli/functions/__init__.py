"""Local Lambda: handlers run in warm children of the process that invokes them.

code/           where a function's code, packages and layers are, and how a zip becomes a folder
builds/         what pip, npm and esbuild build for a function
environment/    the child's environment: its folder, its variables, the local endpoint
interpreters/   the interpreters on this machine
runtimes        the interpreter that runs a function
deployment      what a function's children are started from
routing         the version that an invocation runs
process         one process, and the messages to and from it
child           one warm child, which runs one invocation after another
fleets          the children of each function
waiting_list    the invocations that wait for a child
pool            invokes, queues and ends children
reaper, strays  processes that children leave behind when they end
proc            facts about processes from /proc
output          a child's output, as log lines
invocation      one requested invocation
outcome         the result of an invocation
invoke          waits for an invocation, from any thread
bootstrap       the child's side (.py, and .mjs for Node.js): runs under the function's
                interpreter, imports nothing of sfn
custom_runtime, exchange, runtime_api
                the child's side of a function that brings its own runtime
"""
