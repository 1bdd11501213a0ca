"""Records of APIs and function URLs."""
