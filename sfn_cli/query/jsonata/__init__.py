"""JSONata as Step Functions uses it."""
