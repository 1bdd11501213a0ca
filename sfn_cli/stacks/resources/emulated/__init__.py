"""Resources in the local AWS services, or at the endpoint that replaces them."""
