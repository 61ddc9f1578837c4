"""The demo company is whole, valid, the same every time, and loaded once."""

import io

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TestCase, override_settings

from customers.demo import SIGN_INS, demo_load
from customers.models import Address, Contact, Customer, Department, Membership, Note
from customers.selectors import customer_list
from foundation.changes.models import ChangeSet
from foundation.identity.models import User

QUICK_PASSWORDS = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


@QUICK_PASSWORDS
class LoadedOnce(TestCase):
    """What the company is like; loaded once for all of these tests."""

    @classmethod
    def setUpTestData(cls):
        cls.made = demo_load()

    def test_every_record_is_valid(self):
        connection.check_constraints()
        for model in (Customer, Address, Contact, Department, Membership, Note):
            for row in model.objects.order_by("pk")[::20]:
                row.full_clean()

    def test_no_change_is_of_unknown_source(self):
        assert set(ChangeSet.objects.values_list("source", flat=True)) <= {"system"}

    def test_it_has_trees_gaps_and_people(self):
        assert Customer.objects.count() == self.made > 300
        assert Customer.objects.filter(parent__parent__isnull=False).exists()
        assert Customer.objects.filter(code="").exists()
        assert Customer.objects.exclude(rep_ids_override=None).exists()
        assert Contact.objects.exclude(user=None).count() == 6
        assert Membership.objects.exists()

    def test_sign_ins_work_and_see_what_they_should(self):
        users = {email: User.objects.get(email=email) for email, *_ in SIGN_INS}
        assert all(users[email].check_password(password) for email, password, _ in SIGN_INS)
        assert customer_list(users["office@demo.example"]).count() == self.made
        assert 0 < customer_list(users["sales@demo.example"]).count() < self.made

    def test_a_second_time_nothing_is_loaded(self):
        out = io.StringIO()
        call_command("load_demo", stdout=out)
        assert out.getvalue() == "There are customers already: the demo company was left out.\n"
        assert Customer.objects.count() == self.made


@QUICK_PASSWORDS
@pytest.mark.django_db
def test_demo_company_is_the_same_every_time_and_made_in_bulk(django_assert_max_num_queries):
    def load_and_forget() -> list[tuple]:
        with transaction.atomic():
            demo_load()
            rows = list(Customer.objects.order_by("code", "name").values_list("name", "vat_id", "rep_ids"))
            transaction.set_rollback(True)
        return rows

    with django_assert_max_num_queries(200):
        first = load_and_forget()
    assert first == load_and_forget()
    assert len({name for name, *_ in first}) == len(first)
