"""APIs of API Gateway and URLs of functions: parts in this store, which the local endpoint serves."""
