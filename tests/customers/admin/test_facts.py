"""The facts on the page of a customer, with where they come from."""

import re
from decimal import Decimal

import pytest

from customers.admin.facts import phone_link
from customers.models import Customer
from tests.customers.admin.conftest import allow, page_url
from tests.factories import AccountFactory, CustomerFactory, InternalRatingFactory, PaymentTermFactory

pytestmark = pytest.mark.django_db


def facts(client, customer):
    """Label to text, as one reads it."""
    panel = client.get(page_url(customer), headers={"HX-Target": "panel-facts"}).text
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", panel, re.S)
    return {label: " ".join(re.sub("<[^>]+>", " ", value).split()) for label, value in pairs}


def test_says_where_inherited_terms_come_from(boss, nordwind, group):
    Customer.objects.update(group=group)
    shown = facts(boss, nordwind)
    assert shown["Payment term"] == "net 30 days (Defined for Customer Group)"
    assert shown["Tax code"] == "B2B_PL (Defined for Customer Group)"
    Customer.objects.update(payment_term=PaymentTermFactory(label="prepaid"), group=None)
    shown = facts(boss, nordwind)
    assert (shown["Payment term"], shown["Tax code"]) == ("prepaid", "–")


def test_tells_everything_that_is_known(boss, superuser):
    parent = CustomerFactory(name="Holding")
    customer = CustomerFactory(
        code="K-1",
        parent=parent,
        owner=superuser,
        account=AccountFactory(name="Nordwind Group"),
        internal_rating=InternalRatingFactory(label="4 of 5"),
        vat_id="PL5260001246",
        vat_state=Customer.VatState.VALID,
        credit_limit=Decimal(12500),
        credit_currency="PLN",
        email="buy@nordwind.example",
        phone="22 555 01 00",
        phone_e164="+48225550100",
    )
    shown = facts(boss, customer)
    assert {name: shown[name] for name in ("Code", "Account", "Parent customer", "Owner", "Internal rating")} == {
        "Code": "K-1",
        "Account": "Nordwind Group",
        "Parent customer": "Holding",
        "Owner": "Ruth Root",
        "Internal rating": "4 of 5",
    }
    assert (shown["VAT id"], shown["Credit limit"]) == ("PL5260001246 Well-formed", "12,500.00 PLN")
    page = boss.get(page_url(customer)).text
    assert '<a href="mailto:buy@nordwind.example">' in page
    assert '<a href="tel:+48225550100">22 555 01 00</a>' in page


@pytest.mark.parametrize(
    ("typed", "international", "dialled"),
    [
        ("22 555 01 00", "+48225550100", "+48225550100"),
        ("22 555 01 00 ext. 12", "+48225550100;ext=12", "+48225550100;ext=12"),
        ("(0)22 / 555-01", "", "02255501"),
        ("javascript:alert(1)", "", "1"),
    ],
)
def test_number_is_dialled_as_telephones_want_it(typed, international, dialled):
    assert f'href="tel:{dialled}"' in phone_link(typed, international)


def test_reps_in_force_say_who_set_them(boss, nordwind):
    Customer.objects.update(rep_ids=["R1", "R2"])
    assert facts(boss, nordwind)["Sales reps"] == "R1, R2 from the back office"
    Customer.objects.update(rep_ids_override=["R9"])
    assert facts(boss, nordwind)["Sales reps"] == "R9 set by hand The back office delivers: R1, R2"
    Customer.objects.update(rep_ids_override=[])
    assert facts(boss, nordwind)["Sales reps"] == "– set by hand The back office delivers: R1, R2"


def test_parent_of_another_owner_is_not_named(client, anna):
    client.force_login(allow(anna, "customers.view_customer"))
    customer = CustomerFactory(owner=anna, parent=CustomerFactory(name="Theirs"))
    assert facts(client, customer)["Parent customer"] == "(of another owner)"
