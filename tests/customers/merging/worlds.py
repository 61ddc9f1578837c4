"""Small worlds of two customers with everything around them, and what all of it is."""

from django.db import connection

from customers.merging.merge import Merge
from customers.merging.service import customers_merge, merge_undo, merge_undo_plan, plan_seal
from foundation.changes.tracking import tracked_models

UNCHANGED = {"version", "updated_at"}


def everything(app="customers"):
    """Every tracked row of an app, without what counts writes."""
    found = {}
    for table, model in tracked_models().items():
        if model._meta.app_label == app:
            with connection.cursor() as cursor:
                rows = f'SELECT to_jsonb(r) - %s::text[] FROM "{table}" r ORDER BY id'  # noqa: S608  (a table of ours)
                cursor.execute(rows, [[*UNCHANGED]])
                found[table] = [row for (row,) in cursor.fetchall()]
    return found


def merge(winner, loser, actor=None, **keep):
    """Merge as somebody who looked at the preview."""
    winner.refresh_from_db()
    loser.refresh_from_db()
    return customers_merge(winner=winner, loser=loser, keep=keep, actor=actor, seal=Merge(winner, loser, keep).seal())


def undo(done, actor=None):
    """Take it back as somebody who looked at what that does."""
    with merge_undo_plan(merge=done) as plan:
        seal = plan_seal(plan)
    return merge_undo(merge=done, seal=seal, actor=actor)
