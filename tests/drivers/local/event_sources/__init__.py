"""Tests of sfn_cli/drivers/local/event_sources."""
