"""Tests of the endpoint that answers for all of AWS."""
