"""Customers that are in the hub twice: found by what they share, set aside by people."""
