"""A small app that only the tests have: tracked tables with everything the ledger must cope with."""
