"""Secrets at rest: encrypted, rotated, never handed out unreadable."""

from io import StringIO

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.forms import modelform_factory
from django.test.utils import isolate_apps

from foundation.outbound import rotation
from foundation.outbound.checks import check_field_keys
from foundation.outbound.encryption import CipherText, EncryptedTextField, UnreadableSecretError, decrypt, encrypt

OLD, NEW = "o" * 40, "n" * 40


with isolate_apps("foundation.outbound"):

    class Vault(models.Model):
        """A table only this file knows."""

        name = models.CharField(max_length=20)
        secret = EncryptedTextField(blank=True, null=True)

        class Meta:
            app_label = "outbound"

        def __str__(self):
            return self.name


@pytest.fixture
def vaults(transactional_db, monkeypatch):
    with connection.schema_editor() as editor:
        editor.create_model(Vault)
    monkeypatch.setattr(rotation, "_encrypted_fields", lambda: [(Vault, "secret")])
    yield Vault.objects
    with connection.schema_editor() as editor:
        editor.delete_model(Vault)


def stored(vault):
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM outbound_vault WHERE id = %s", [vault.pk])
        return cursor.fetchone()[0]


def test_S7_secret_is_stored_encrypted_and_read_back(vaults):
    vault = vaults.create(name="shop", secret="s3cret łódź")
    assert "s3cret" not in stored(vault)
    assert vaults.get().secret == "s3cret łódź"


def test_blank_and_none_stay_what_they_are(vaults):
    blank, none = vaults.create(secret=""), vaults.create(secret=None)
    assert (stored(blank), stored(none)) == ("", None)
    assert vaults.filter(secret__isnull=True).get() == none


def test_wrong_key_raises_when_the_secret_is_read_and_not_before(vaults, settings):
    vaults.create(name="shop", secret="s3cret")
    settings.FIELD_KEYS = [NEW]
    vault = vaults.get()
    assert vault.name == "shop"
    with pytest.raises(UnreadableSecretError, match="cannot be read with the current keys"):
        _ = vault.secret


def test_saving_a_row_with_an_unreadable_secret_leaves_the_secret_alone(vaults, settings):
    vault = vaults.create(name="shop", secret="s3cret")
    before, right_keys = stored(vault), settings.FIELD_KEYS
    settings.FIELD_KEYS = [NEW]
    vault = vaults.get()
    vault.name = "renamed"
    vault.save()
    assert stored(vault) == before
    settings.FIELD_KEYS = right_keys
    assert vaults.get().secret == "s3cret"


def test_bulk_writes_encrypt_too(vaults):
    vaults.bulk_create([Vault(secret="one")])
    vaults.update(secret="two")
    assert vaults.get().secret == "two"
    assert stored(vaults.get()) != "two"


def test_S7_values_and_fixtures_show_no_secret(vaults):
    vaults.create(name="shop", secret="s3cret")
    assert repr(list(vaults.values_list("secret"))) == "[([encrypted],)]"
    assert "s3cret" not in serializers.serialize("json", vaults.all())
    assert vaults.values_list("secret", flat=True).get().open() == "s3cret"


def test_searching_by_a_secret_is_refused(vaults):
    with pytest.raises(FieldError, match="encrypted"):
        vaults.filter(secret="s3cret")


def test_S7_form_shows_nothing_and_an_empty_box_keeps_the_secret(vaults):
    vault = vaults.create(name="shop", secret="s3cret")
    form_class = modelform_factory(Vault, fields=["name", "secret"])
    assert "s3cret" not in str(form_class(instance=vaults.get()))
    form_class({"name": "renamed", "secret": ""}, instance=vaults.get()).save()
    assert (vaults.get().name, vaults.get().secret) == ("renamed", "s3cret")
    form_class({"name": "renamed", "secret": "new"}, instance=vault).save()
    assert vaults.get().secret == "new"


def test_rotation_writes_every_secret_with_the_newest_key(vaults, settings):
    settings.FIELD_KEYS = [OLD]
    vaults.bulk_create([Vault(secret=f"secret {n}") for n in range(3)] + [Vault(secret=""), Vault(secret=None)])
    settings.FIELD_KEYS = [NEW, OLD]
    out = StringIO()
    call_command("rotate_field_keys", stdout=out)
    assert out.getvalue().startswith("3 secrets are now encrypted")
    settings.FIELD_KEYS = [NEW]
    assert [v.secret for v in vaults.order_by("pk")] == ["secret 0", "secret 1", "secret 2", "", None]


def test_rotation_reports_what_no_key_opens_and_leaves_it(vaults, settings):
    settings.FIELD_KEYS = [OLD]
    lost = vaults.create(secret="lost")
    before = stored(lost)
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(CommandError, match=rf"(?s)1 cannot be read.*outbound.Vault {lost.pk} secret"):
        call_command("rotate_field_keys", stdout=StringIO())
    assert stored(lost) == before


def test_same_secret_is_encrypted_differently_each_time():
    assert encrypt("s3cret") != encrypt("s3cret")
    assert decrypt(encrypt("s3cret")) == "s3cret"
    assert repr(CipherText(encrypt("s3cret"))) == "[encrypted]"


@pytest.mark.parametrize(
    ("keys", "problem"), [([""], "outbound.E001"), (["short"], "outbound.E001"), (["k" * 50], None)]
)
def test_weak_keys_are_refused_at_start(settings, keys, problem):
    settings.FIELD_KEYS = keys
    assert [message.id for message in check_field_keys(None)] == ([problem] if problem else [])


def test_field_key_may_not_be_the_secret_key(settings):
    settings.FIELD_KEYS = [settings.SECRET_KEY]
    assert [message.id for message in check_field_keys(None)] == ["outbound.E002"]
