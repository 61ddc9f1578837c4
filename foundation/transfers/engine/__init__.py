"""The import engine: a file as a table of the database, checked and written set by set (docs/imports.md)."""
