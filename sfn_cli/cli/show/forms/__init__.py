"""What `sfn show` writes: text for people, data, a page; of an execution, or of one state."""
