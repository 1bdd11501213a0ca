"""Histories from GetExecutionHistory: their events, frames and replay."""
