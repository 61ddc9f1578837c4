"""Notes about customers and the files that hang on them (docs/customers.md)."""
