"""Imports in the REST API: upload, follow, read the report, apply, undo."""
