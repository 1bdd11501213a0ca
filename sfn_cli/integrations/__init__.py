"""Integrations: the services that a Task may call.

`table.py` lists the resources; one file per service.
"""
