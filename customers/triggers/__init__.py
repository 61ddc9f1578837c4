"""Rules that span rows, as triggers of the database: they hold for forms, bulk writes and two sessions at once.

A statement is checked as a whole, once, by its transition tables. The bodies hold no `--` comments, because
django-pgtrigger may put them on one line; what they mean stands beside them in Python.
"""
