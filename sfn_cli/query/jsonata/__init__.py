"""JSONata as Step Functions has it."""
