"""Targets of events other than functions and state machines: queues, topics, streams, HTTP endpoints …"""
