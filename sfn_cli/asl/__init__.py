"""The Amazon States Language: a definition becomes a CompiledMachine. Pure: no clock, no files.

Specification: https://states-language.net
"""
