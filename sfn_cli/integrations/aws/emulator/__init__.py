"""The process of the local AWS services: moto's server, and what sfn adds to it."""
