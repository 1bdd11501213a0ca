"""`sfn events`: what happened, as EventBridge sees it: status changes, and deliveries to targets."""
