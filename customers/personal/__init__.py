"""What the hub holds about a person of a customer: told on request, erased on request; docs/personal-data.md."""
