"""The customer side of the REST API."""
