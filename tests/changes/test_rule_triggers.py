"""What keeps the triggers fast and whole."""

import pgtrigger
import pytest
from django.db import connection

from foundation.changes.rule_triggers import RuleTrigger


def ours() -> list[tuple]:
    """Triggers that hold rules, with their models."""
    found = [(model, trigger) for model, trigger in pgtrigger.registered() if isinstance(trigger, RuleTrigger)]
    assert {model._meta.app_label for model, _trigger in found} == {"catalog", "customers"}
    return found


def test_no_rule_asks_for_every_row_whether_to_be_ignored():
    assert not [str(trigger) for model, trigger in ours() if "ignore" in trigger.compile(model).install_sql]


@pytest.mark.django_db
def test_every_rule_is_installed_and_on():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled = 'O'")
        there = {name for (name,) in cursor.fetchall()}
    assert {trigger.get_pgid(model) for model, trigger in ours()} <= there
