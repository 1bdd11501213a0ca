"""Local Lambda: handlers run in warm children of the process that invokes them.

code/           where a function's code, its packages and layers are, and how a zip becomes a folder
builds/         what pip, npm and esbuild build for a function
interpreters/   what is known of this machine's interpreters
runtimes        which interpreter runs it
deployment      what its children are started from
routing         which version an invocation runs
process         one process, and the messages to and from it
child           one warm child, which runs one invocation after another
fleets          the children of each function
waiting_list    the invocations that wait for a child
pool            which child is invoked, which waits, and which ends
reaper, strays  what children leave behind when they end
proc            facts about processes from /proc
output          what a child prints, as log lines
invocation      one requested invocation
outcome         how an invocation ended
invoke          waiting for an invocation, from any thread
bootstrap       the child's side (.py, and .mjs for Node.js): runs under the function's
                interpreter, imports nothing of sfn
custom_runtime, exchange, runtime_api
                the child's side of a function that brings its own runtime
"""
