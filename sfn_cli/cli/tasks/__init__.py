"""`sfn tasks`: lists pending tasks and answers them."""
