"""The Amazon States Language: compiles a definition to a CompiledMachine. Pure: no clock, no files.

Specification: https://states-language.net
"""
