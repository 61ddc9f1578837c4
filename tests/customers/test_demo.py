"""The demo company is whole, valid, the same every time, and loaded once."""

import io

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from customers.demo import SIGN_INS, demo_load
from customers.models import Address, Contact, Customer, Department, Membership, Note
from customers.selectors import customer_list
from foundation.changes.models import ChangeSet
from foundation.identity.models import User

pytestmark = pytest.mark.django_db
KINDS = (Customer, Address, Contact, Department, Membership, Note)


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_demo_company_is_valid_and_recorded():
    assert demo_load() == Customer.objects.count() > 300
    connection.check_constraints()
    for model in KINDS:
        for row in model.objects.order_by("pk")[::7]:
            row.full_clean()
    assert set(ChangeSet.objects.values_list("source", flat=True)) <= {"system"}


def test_demo_company_has_trees_gaps_and_people():
    demo_load()
    assert Customer.objects.filter(parent__parent__isnull=False).exists()
    assert Customer.objects.filter(code="").exists()
    assert Customer.objects.exclude(rep_ids_override=None).exists()
    assert Contact.objects.exclude(user=None).count() == 6
    assert Membership.objects.exists()


def test_demo_company_is_loaded_once():
    made = demo_load()
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    assert out.getvalue() == "There are customers already: the demo company was left out.\n"
    assert Customer.objects.count() == made


def test_demo_company_is_the_same_every_time():
    def load_and_forget() -> list[tuple]:
        with transaction.atomic():
            demo_load()
            rows = list(Customer.objects.order_by("code", "name").values_list("name", "vat_id", "rep_ids"))
            transaction.set_rollback(True)
        return rows

    first = load_and_forget()
    assert first == load_and_forget()
    assert len({name for name, *_ in first}) == len(first)


def test_sign_ins_work_and_see_what_they_should():
    demo_load()
    users = {email: User.objects.get(email=email) for email, *_ in SIGN_INS}
    assert all(users[email].check_password(password) for email, password, _ in SIGN_INS)
    assert customer_list(users["office@demo.example"]).count() == Customer.objects.count()
    own = customer_list(users["sales@demo.example"])
    assert 0 < own.count() < Customer.objects.count()


def test_demo_company_is_written_in_bulk(django_assert_max_num_queries):
    with django_assert_max_num_queries(140):
        demo_load()
