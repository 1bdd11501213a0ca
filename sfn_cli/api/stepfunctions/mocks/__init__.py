"""Mock configurations of executions (MockConfigFile.json)."""
