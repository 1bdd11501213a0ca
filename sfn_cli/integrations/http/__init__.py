"""Tasks that call HTTP endpoints."""
