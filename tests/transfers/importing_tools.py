"""Imports in tests: a file, a run, its steps done here and now."""

from django.core.files.base import ContentFile

from foundation.jobs.services import run_here
from foundation.transfers.importing.runs import run_apply, run_check, run_create, run_plan_undo, run_undo
from foundation.transfers.options import Options
from foundation.transfers.registry import transfer_by_slug


def uploaded(text, owner=None, what="customers", name="customers.csv", **options):
    """A run of a file with this content."""
    content = text if isinstance(text, bytes) else text.encode()
    return run_create(
        transfer=transfer_by_slug(what),
        file=ContentFile(content, name=name),
        name=name,
        owner=owner,
        options=Options(**options),
    )


def done(job, run):
    """Do a job here; return how it ended, with the run read anew."""
    job = run_here(job)
    run.refresh_from_db()
    return job


def checked(text, owner=None, **options):
    """A run that was checked."""
    run = uploaded(text, owner, **options)
    done(run_check(run=run, ring=False), run)
    return run


def applied(text, owner=None, **options):
    """A run that was applied."""
    run = checked(text, owner, **options)
    done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    return run


def undone(run, by=None):
    """Take a run back."""
    done(run_plan_undo(run=run, by=by, ring=False), run)
    return done(run_undo(run=run, by=by, ring=False), run)
