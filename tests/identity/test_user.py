"""Rules of the user model, past the form."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from foundation.identity.models import User


@pytest.mark.django_db
def test_email_is_unique_ignoring_case():
    User.objects.create(email="anna@example.com")
    with pytest.raises(IntegrityError, match="user_email_unique"):
        User.objects.bulk_create([User(email="ANNA@example.com")])


@pytest.mark.django_db
def test_email_is_stored_and_found_in_small_letters():
    user = User.objects.create_user(" Anna.Nowak@Example.COM ")
    assert user.email == "anna.nowak@example.com"
    assert User.objects.get_by_natural_key("ANNA.nowak@example.com") == user


@pytest.mark.django_db
def test_email_in_capitals_is_refused_past_the_model():
    user = User.objects.create(email="anna@example.com")
    with pytest.raises(IntegrityError, match="user_email_small_letters"), connection.cursor() as cursor:
        cursor.execute("UPDATE identity_user SET email = 'Anna@example.com' WHERE id = %s", [user.pk])


@pytest.mark.django_db
def test_email_cannot_be_blank():
    with pytest.raises(IntegrityError, match="user_email_not_blank"):
        User.objects.bulk_create([User(email=" ")])


@pytest.mark.django_db
@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_portal_user_is_never_staff(right):
    user = User.objects.create(email="buyer@example.com", kind=User.Kind.PORTAL)
    with pytest.raises(IntegrityError, match="user_portal_is_never_staff"):
        User.objects.filter(pk=user.pk).update(**{right: True})


LOSSES = {
    "removed": lambda: User.objects.filter(is_superuser=True).delete(),
    "deactivated": lambda: User.objects.filter(is_superuser=True).update(is_active=False),
    "demoted": lambda: User.objects.filter(is_superuser=True).update(is_superuser=False),
    "shut out of the admin": lambda: User.objects.filter(is_superuser=True).update(is_staff=False),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES.keys())
def test_S2_last_superuser_cannot_be_lost_in_bulk(lose):
    for name in ("one", "two"):
        User.objects.create_superuser(f"{name}@example.com")
    with pytest.raises(IntegrityError, match="user_last_superuser"):
        lose()
    assert User.objects.filter(is_superuser=True, is_staff=True, is_active=True).count() == 2


@pytest.mark.django_db(transaction=True)
def test_S2_superuser_is_handed_over_within_one_transaction():
    old, new = User.objects.create_superuser("old@example.com"), User.objects.create_staff("new@example.com")
    with transaction.atomic():
        User.objects.filter(pk=old.pk).update(is_superuser=False)
        User.objects.filter(pk=new.pk).update(is_superuser=True)
    assert list(User.objects.filter(is_superuser=True)) == [new]


@pytest.mark.django_db(transaction=True)
def test_S2_two_superusers_demoted_at_once_leave_one():
    users = [User.objects.create_superuser(f"{name}@example.com") for name in ("one", "two")]
    both_wrote, outcomes = threading.Barrier(2, timeout=10), []

    def demote(user):
        try:
            with transaction.atomic():
                User.objects.filter(pk=user.pk).update(is_superuser=False)
                both_wrote.wait()
            outcomes.append("demoted")
        except IntegrityError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["demoted", "refused"]
    assert User.objects.filter(is_superuser=True).count() == 1
