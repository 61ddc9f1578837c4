"""Which tables the ledger watches."""

import io

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test.utils import isolate_apps

from foundation.changes.checks import _check, check_tracked_models
from foundation.changes.installer import install_triggers
from foundation.changes.models import Change, ChangeSet, Tracked
from foundation.changes.tracking import is_tracked, track, tracked_models, untrack
from foundation.identity.models import User
from tests.shelf.models import Box, Item, Room

OURS = ("foundation.", "catalog", "customers", "integration_hub")
KEPT_ELSEWHERE = {
    "changes.ChangeSet": "the ledger itself",
    "changes.Change": "the ledger itself",
    "changes.AuditEvent": "append-only by itself",
    "changes.ErasedRecord": "says of what nothing is known any more",
    "transfers.ImportRun": "a record of what happened, never edited by people",
    "transfers.ImportRequest": "what a program asked for, kept with its import",
    "transfers.Seal": "what the engine remembers of files",
    "customers.VatCheck": "a record of what VIES was asked and said, never edited by people",
    "customers.StoredFile": "what attachments hold; the attachment itself is tracked",
    "catalog.StockMovement": "append-only by itself",
    "catalog.InventoryLine": "a view of levels and products",
    "catalog.StockLevel": "the sum of movements",
    "customers.CustomerMerge": "a record of what happened, never edited by people",
    "customers.JudgedLater": "gone when its transaction ends",
    "customers.LikelyDuplicate": "worked out from customers every night",
    "identity.CallCount": "counters of the rate limits, gone after a day",
}
MACHINERY = {"jobs"}  # background work: each row is a record of what happened, and is never edited by people


@pytest.mark.parametrize(
    "model",
    [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy],
    ids=lambda model: model._meta.label,
)
def test_S10_every_model_of_ours_is_tracked_or_there_is_a_reason(model):
    ours = model._meta.app_config.name.startswith(OURS) and model._meta.app_label not in MACHINERY
    assert not ours or is_tracked(model) != (model._meta.label in KEPT_ELSEWHERE)


@pytest.mark.django_db
def test_people_are_tracked_though_their_app_does_not_know(anna, changes):
    anna.name = "Anna Zielińska"
    anna.save()
    assert changes(User)[-1] == ("update", anna.pk, {"name": "Anna Nowak"})


@pytest.mark.django_db
def test_S7_a_new_password_is_told_but_not_kept_and_a_sign_in_is_no_change(anna, changes, client):
    anna.set_password("correct horse battery staple")
    anna.save()
    client.force_login(anna)
    assert changes(User)[1:] == [("update", anna.pk, {"password": "***"})]


@pytest.mark.django_db
def test_leaving_a_group_names_the_person(anna):
    group = Group.objects.create(name="Night shift")
    anna.groups.add(group)
    anna.groups.remove(group)
    rows = Change.objects.filter(table="identity_user_groups").values_list("operation", "parent").order_by("id")
    assert list(rows) == [("insert", None), ("delete", anna.pk)]


@pytest.mark.django_db
def test_rights_of_a_group_are_tracked():
    group = Group.objects.create(name="Night shift")
    group.permissions.add(Permission.objects.first())
    group.permissions.clear()
    rows = Change.objects.filter(table="auth_group_permissions", parent=group.pk)
    assert list(rows.values_list("operation", flat=True)) == ["delete"]


@pytest.mark.django_db
def test_a_lost_trigger_is_installed_again(anna, changes, django_assert_num_queries):
    connection.cursor().execute("DROP TRIGGER identity_user_ledger_update ON identity_user")
    install_triggers()
    User.objects.update(name="Anna")
    assert changes(User)[-1] == ("update", anna.pk, {"name": "Anna Nowak"})
    with django_assert_num_queries(1):
        install_triggers()


def test_nothing_is_installed_while_the_ledger_has_no_tables():
    class Nothing:
        def get_model(self, *args):
            raise LookupError

    assert install_triggers(apps=Nothing()) is None


@pytest.mark.django_db
def test_what_migrate_writes_comes_from_the_system():
    Group.objects.filter(name="Administrator").delete()
    call_command("migrate", verbosity=0, stdout=io.StringIO())
    made = Change.objects.filter(table="auth_group", operation="insert").latest("id").set
    assert (made.source, made.via, made.actor) == ("system", "manage.py migrate", None)
    assert ChangeSet.objects.filter(source="system").exists()


def test_tracked_models_are_found_by_their_tables():
    found = tracked_models()
    assert (found["shelf_box"], found["shelf_item"], found["identity_user"]) == (Box, Item, User)


@isolate_apps("tests.shelf")
def test_a_model_without_the_triggers_is_an_error():
    class Bare(Tracked):
        class Meta:
            app_label = "shelf"

    assert [error.id for error in _check(Bare)] == ["changes.E001"]


@pytest.fixture
def tracked_by_mistake():
    mistakes = []

    def make(model, **options):
        track(model, **options)
        mistakes.append(model)

    yield make
    for model in mistakes:
        untrack(model)


def test_a_key_that_is_no_number_is_an_error(tracked_by_mistake):
    tracked_by_mistake(Session)
    assert [error.id for error in check_tracked_models()] == ["changes.E002"]


def test_a_field_that_is_not_there_is_an_error(tracked_by_mistake):
    tracked_by_mistake(Room, exclude=["colour"], secret=["name"])
    assert [(error.id, error.obj) for error in check_tracked_models()] == [("changes.E003", Room)]
