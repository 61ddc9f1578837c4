"""The pages of the past open for every model in the admin; a collision of names among mixins once broke one of them."""

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.urls import reverse

from foundation.changes.admin.history import HistoryMixin
from foundation.changes.models import Change
from foundation.changes.refusals import refusals
from tests import factories
from tests.shelf.models import Box, Room
from tests.ui.records import make_records

WITHOUT_HISTORY = {"changes.ChangeSet", "changes.AuditEvent"}  # the past itself
NEVER_EDITED = {"identity.ApiToken", "catalog.Price"}  # a token is issued and revoked, prices are worked on in lists
HIDDEN_BY_AN_EDIT = {"transfers.ImportProfile"}  # a profile of a kind that nobody knows is shown to nobody
STAYS_DELETED = {"identity.User", "auth.Group", "identity.ApiToken"}


@pytest.fixture
def records(db, superuser):
    """One record of every model, and one that nothing refers to."""
    make_records(superuser)
    Box.objects.create(name="Nails", room=Room.objects.create(name="Cellar"))
    Room.objects.create(name="Attic")
    for factory in ("PriceList", "PaymentTerm", "TaxCode", "InternalRating", "Membership", "Department"):
        getattr(factories, f"{factory}Factory")()
    for factory in ("Product", "Unit", "Category", "ProductTaxCode", "Warehouse"):
        getattr(factories, f"{factory}Factory")()


@pytest.fixture
def status(records, client, superuser):
    """How a page of a model is answered."""
    client.force_login(superuser)

    def ask(model_admin, page, *keys):
        name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_{page}"
        return client.get(reverse(name, args=keys)).status_code

    return ask


def tracked_admins():
    return [one for one in admin.site._registry.values() if isinstance(one, HistoryMixin)]


def changed(record, operation, work):
    """What the ledger noted of some work on a record; None if the database refused it."""
    key = record.pk
    try:
        with transaction.atomic(), refusals():
            work()
    except (IntegrityError, ProtectedError, RestrictedError, ValidationError):
        return None
    noted = Change.objects.filter(table=record._meta.db_table, key=key, operation=operation)
    return noted.order_by("id").last()


def edits(record):
    """A change of each field that the database lets us change."""
    for field in record._meta.concrete_fields:
        value = another(field, field.value_from_object(record))
        if value is not None:
            rows = type(record)._base_manager.filter(pk=record.pk)
            yield changed(
                record, Change.Operation.UPDATE, lambda rows=rows, new={field.name: value}: rows.update(**new)
            )


def another(field, value):
    """Another value for a field; None where we know none."""
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.ForeignKey):
        return field.related_model._base_manager.exclude(pk=value).order_by("pk").values_list("pk", flat=True).last()
    if isinstance(field, models.CharField | models.TextField) and not field.choices:
        return f"{value}x"[-(field.max_length or 99) :]
    return None


def test_history_opens_for_every_model(status):
    answers = {
        one.opts.label: status(one, "history", one.model._default_manager.first().pk)
        for one in admin.site._registry.values()
    }
    assert {label for label, answer in answers.items() if answer == 404} == WITHOUT_HISTORY
    assert set(answers.values()) == {200, 404}


def test_restore_asks_for_every_model_that_is_edited(status):
    opened, asked = set(), set()
    for one in tracked_admins():
        record = one.model._base_manager.order_by("pk").last()  # the first person is the one who asks
        answers = {status(one, "restore", record.pk, change.pk) for change in edits(record) if change}
        opened |= {one.opts.label} if 200 in answers else set()
        asked |= answers - ({404} if one.opts.label in HIDDEN_BY_AN_EDIT else set())
    assert opened == {one.opts.label for one in tracked_admins()} - NEVER_EDITED
    assert asked <= {200, 302, 403}  # 302: a value that may not be put back, with the reason


def test_deleted_records_open_for_every_model(status):
    for one in tracked_admins():
        rows = one.model._base_manager.order_by("-pk")[:20]
        deletions = (changed(row, Change.Operation.DELETE, row.delete) for row in rows)
        change = next(deletion for deletion in deletions if deletion)
        answers = [status(one, "recently_deleted"), status(one, "deleted", change.pk), status(one, "return", change.pk)]
        assert answers == [200, 200, 403 if one.opts.label in STAYS_DELETED else 200], one.opts.label
