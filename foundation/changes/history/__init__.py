"""Reads the ledger: what happened to a record, and what a set of changes holds."""
