"""What happens to the data before the hub serves it."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from customers.demo import SIGN_INS
from foundation.identity.models import User
from integration_hub.launch import prepare

pytestmark = pytest.mark.django_db


def test_data_of_this_version_has_no_unknown_migration():
    assert prepare.unknown_migrations(MigrationLoader(connection)) == []


def test_data_of_a_newer_version_is_refused_in_one_sentence():
    MigrationRecorder(connection).record_applied("customers", "0099_from_the_future")
    with pytest.raises(SystemExit) as refusal:
        prepare.refuse_newer_data()
    assert refusal.value.code == (
        "The data was written by a newer version of the hub (this one does not know customers.0099_from_the_future): "
        "start that version, or choose another data directory with HUB_DATA_DIR."
    )


@pytest.mark.parametrize(("value", "wanted"), [("", True), ("1", True), ("0", False), ("no", False), ("False", False)])
def test_the_demo_company_can_be_left_out(monkeypatch, value, wanted):
    monkeypatch.setenv("HUB_DEMO", value)
    assert prepare.wants_demo() is wanted


def test_a_hub_somebody_uses_gets_no_demo_company(monkeypatch):
    loaded = []
    monkeypatch.setattr(prepare, "call_command", lambda *arguments, **_options: loaded.append(arguments))
    User.objects.create_staff("first@hub.example")
    prepare.demo_load()
    assert loaded == []


def test_only_sign_ins_that_still_exist_are_announced():
    email, password, what = SIGN_INS[0]
    assert prepare.sign_ins() == []
    User.objects.create_staff(email, "another long password")
    assert prepare.sign_ins() == [(email, password, what)]


def test_only_pages_that_exist_are_announced():
    assert ("Admin", "/admin/") in prepare.addresses()
