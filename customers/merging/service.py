"""Merging two customers in one transaction, bound to what was previewed, and taking it back through the ledger."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, LockNotAvailable

from customers.duplicates.finding import regroup
from customers.merging.merge import Merge
from customers.merging.registry import merge_rules, without_rule
from customers.models import Customer, CustomerAlias, CustomerMerge, LikelyDuplicate
from customers.refusals import refusals
from customers.services.saving import lock_forest
from customers.triggers.codes import LOCK_CODES
from foundation.changes.audit import audit
from foundation.changes.models import Source
from foundation.changes.recording import Recording, recording
from foundation.changes.rule_triggers import judged_later
from foundation.identity.models import User
from foundation.transfers.undo import UndoPlan, UndoReport, apply_undo, plan_undo_of_sets

PATIENCE = "5s"  # how long a merge waits for others who write customers
STALE = "stale"


def customers_merge(
    *, winner: Customer, loser: Customer, seal: str, keep: Mapping[str, str] | None = None, actor: User | None
) -> CustomerMerge:
    """Make two customers one; refused if anything is not as the preview whose `seal` it is showed it."""
    with _described(_words(_("Merge of “%(loser)s” into “%(winner)s”"), winner, loser)), refusals(), _patiently():
        _lock()
        merge = _locked(winner.pk, loser.pk, keep or {})
        if merge.seal() != seal:
            raise ValidationError(_("Something was changed since the preview: look at it again."), code=STALE)
        return _merge(merge, actor)


def _merge(merge: Merge, actor: User | None) -> CustomerMerge:
    if missing := without_rule():
        raise ValidationError(_("The hub does not know how these follow: %s.") % ", ".join(sorted(missing)))
    winner, loser, alias = merge.winner, merge.loser, merge.alias
    done = CustomerMerge.objects.create(
        winner_key=winner.pk,
        loser_key=loser.pk,
        winner_name=winner.name,
        loser_name=loser.name,
        loser_code=loser.code,
        merged_by=actor,
    )
    around = {*LikelyDuplicate.objects.filter(group__in=_groups(merge)).values_list("customer", flat=True)}
    values, accounts = merge.values, [one.pk for one in merge.accounts]
    with judged_later():
        merge.strangers.delete()
        for rule in merge_rules():
            rule.apply(merge)
        Customer.objects.get(pk=loser.pk).delete()
        merge.accounts.model._default_manager.filter(pk__in=accounts).delete()
        if values:
            Customer.objects.filter(pk=winner.pk).update(**values)
        if alias:
            CustomerAlias.objects.create(customer_id=winner.pk, code=alias)
    CustomerMerge.objects.filter(pk=done.pk).update(change_set=_change_set())
    done.refresh_from_db()
    regroup(around - {loser.pk})
    audit("customers.merged", actor=actor, subject=winner, detail={"merge": done.pk, "loser": loser.pk})
    return done


def _groups(merge: Merge) -> Any:
    return LikelyDuplicate.objects.filter(customer__in=[merge.winner.pk, merge.loser.pk]).values("group")


def _locked(winner: int, loser: int, keep: Mapping[str, str]) -> Merge:
    """Both as they are now, held until the end; refused if one is gone."""
    held = Customer.objects.select_for_update().filter(pk__in=[winner, loser]).order_by("pk")
    found = {one.pk: one for one in held}
    if len(found) < len({winner, loser}):
        raise ValidationError(_("One of the two is not there any more: it was merged or deleted."), code="gone")
    return Merge(found[winner], found[loser], keep)


# --- taking it back ---------------------------------------------------------------------------------------------------


def refuse_merge_undo(merge: CustomerMerge) -> None:
    """Say why a merge cannot be taken back, if it cannot."""
    if merge.undone_at is not None:
        raise ValidationError(_("This merge was taken back already."))
    if merge.change_set is None:
        raise ValidationError(_("Nobody knows any more what this merge changed."))
    further = CustomerMerge.objects.filter(loser_key=merge.winner_key, undone_at=None).first()
    if further is not None:
        raise ValidationError(
            _("“%(name)s” was merged into “%(other)s” since: take that back first.")
            % {"name": merge.winner_name, "other": further.winner_name}
        )


@contextlib.contextmanager
def merge_undo_plan(*, merge: CustomerMerge) -> Iterator[UndoPlan]:
    """What taking a merge back would do, while the block lasts; writes no record."""
    plan = plan_undo_of_sets([merge.change_set] if merge.change_set else [])
    try:
        yield plan
    finally:
        if not connection.needs_rollback:
            plan.drop()


def plan_seal(plan: UndoPlan) -> str:
    """A text that is another one when an undo would do something else."""
    rows = plan.fetch(
        'SELECT "table", key, action, former::text, is_left, stamp FROM $rows ORDER BY "table", key, action'
    )
    left = plan.fetch('SELECT "table", key, columns, kind FROM $left ORDER BY "table", key, kind')
    return hashlib.sha256(json.dumps([rows, left]).encode()).hexdigest()


def merge_undo(*, merge: CustomerMerge, seal: str, actor: User | None) -> UndoReport:
    """Take a merge back as one, but for what was changed since; refused if it is not what the preview showed."""
    reason = _words(_("Merge of “%(loser)s” into “%(winner)s” taken back"), merge.winner_name, merge.loser_name)
    with _described(reason, Source.UNDO), refusals(), _patiently():
        _lock()
        held = CustomerMerge.objects.select_for_update().get(pk=merge.pk)
        refuse_merge_undo(held)
        with merge_undo_plan(merge=held) as plan:
            if plan_seal(plan) != seal:
                raise ValidationError(_("Something was changed since the preview: look at it again."), code=STALE)
            report = apply_undo(plan)
        CustomerMerge.objects.filter(pk=held.pk).update(undone_at=Now())
        detail = {"merge": held.pk, "left": report.left}
        audit("customers.merge_undone", actor=actor, detail=detail)
        return report


# --- what they share --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _described(reason: str, source: Source | None = None) -> Iterator[Recording]:
    """A change set of its own, inside a request's transaction or without one."""
    with recording(source=source or Source.COMMAND, reason=reason) as running:
        kept = running.context
        running.describe(source=source or Source(kept.source), reason=reason)
        try:
            yield running
        finally:
            if not connection.needs_rollback:
                running.describe(source=Source(kept.source), reason=kept.reason)


@contextlib.contextmanager
def _patiently() -> Iterator[None]:
    """Give up with a sentence where others hold what a merge needs for too long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
            sentence = _("Customers are being written right now, by an import perhaps. Try again when it is done.")
            raise ValidationError(sentence, code="busy") from error
        raise
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


def _lock() -> None:
    """One merge after the other, and nobody else gives codes or moves branches meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LOCK_CODES}")
    lock_forest()


def _change_set() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('hub.change_set', true), '')::bigint")
        return cursor.fetchone()[0]


def _words(text: str, winner: object, loser: object) -> str:
    return text % {"winner": winner, "loser": loser}
