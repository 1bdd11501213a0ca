"""The Amazon States Language: a definition becomes a StateMachine. Pure: no clock, no files.

Specification: https://states-language.net
"""
