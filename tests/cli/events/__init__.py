"""What happened, as `sfn events` shows it."""
