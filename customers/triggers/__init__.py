"""Rules that span rows, as triggers of the database: they hold for forms, bulk writes and two sessions at once.

A statement is checked as a whole, once, by its transition tables. The bodies hold no `--` comments, because
django-pgtrigger may put them on one line; what they mean stands beside them in Python.
"""


def planned_anew(sql: str, *, into: str = "", using: str = "") -> str:
    """SQL for PL/pgSQL that runs a query (`$1` is `using`) with a plan of its own.

    PL/pgSQL keeps the plan of a session's first call. That one may have been made for one row in an empty table, and an
    import would go on with it, reading the whole table for each of its rows.
    """
    targets = f" INTO {into}" if into else ""
    values = f" USING {using}" if using else ""
    return f"EXECUTE $sql$ {sql} $sql${targets}{values};"
