"""The code of functions: its folders, and how a zip becomes one."""
