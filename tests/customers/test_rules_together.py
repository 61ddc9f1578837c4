"""All check constraints of a record in one SELECT: the answer is the one Django gives by asking for each."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from customers.models import Address, Customer
from foundation.changes.models import Tracked
from tests import factories

TEXT = st.one_of(st.none(), st.sampled_from(["", " ", "Nordwind", "Nordwind ", "a\nb", "100%", "żółw", "a\x00b"]))
REP_IDS = st.one_of(st.none(), st.lists(st.sampled_from(["R1", "r1", "", " R2", "R;3", "R4"]), max_size=3))
NUMBER = st.sampled_from([None, Decimal("-0.01"), Decimal(0), Decimal("90.5"), Decimal(200), Decimal("1e20")])
FLAG = st.sampled_from([True, False, None])

CUSTOMER = {
    "id": st.sampled_from([None, 7]),
    "parent_id": st.sampled_from([None, 7, 8]),
    "name": TEXT,
    "code": st.one_of(TEXT, st.sampled_from(["taken", "TAKEN"])),
    "vat_id": st.sampled_from(["", "PL5250001090", "pl5250001090", "PL 5"]),
    "vat_state": st.sampled_from(["unchecked", "valid", "perhaps", ""]),
    "email": st.sampled_from(["", "a@example.com", "a b@example.com"]),
    "phone_e164": st.sampled_from(["", "+48600100200", "0048"]),
    "rep_ids": REP_IDS,
    "rep_ids_override": REP_IDS,
    "credit_limit": NUMBER,
    "credit_currency": st.sampled_from(["", "EUR", "eur", None]),
    "price_fallback": st.sampled_from(["group", "website"]),
}
ADDRESS = {
    **dict.fromkeys(("organization", "first_name", "last_name", "street", "city", "region_text"), TEXT),
    "country": st.sampled_from(["PL", "P1", "", "USA", None]),
    "region": st.sampled_from(["", "PL-14", "DE-BY", None]),
    **dict.fromkeys(("is_billing", "is_shipping", "is_default_billing", "is_default_shipping"), FLAG),
    "latitude": NUMBER,
    "longitude": NUMBER,
}


def told(validate, record, exclude):
    """What a refusal says, with codes, by field and in order; None if nothing is refused."""
    try:
        validate(record, exclude=exclude)
    except ValidationError as refusal:
        return {
            place: [(error.code, error.messages) for error in errors] for place, errors in refusal.error_dict.items()
        }
    return None


def of_model(fields):
    """Values of some fields, and names of fields that a form leaves out."""
    return st.fixed_dictionaries({}, optional=fields), st.sets(st.sampled_from(sorted(fields)), max_size=3)


many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class SameAnswer(TestCase):
    """One SELECT and many give the same refusals."""

    @many
    @given(*of_model(CUSTOMER))
    def test_of_customers(self, values, exclude):
        factories.CustomerFactory(code="Taken")
        customer = factories.CustomerFactory.build(**values)
        assert told(Customer.validate_constraints, customer, exclude) == told(
            models.Model.validate_constraints, customer, exclude
        )

    @many
    @given(*of_model(ADDRESS))
    def test_of_addresses(self, values, exclude):
        address = factories.AddressFactory.build(customer=None, **values)
        assert told(Address.validate_constraints, address, exclude) == told(
            models.Model.validate_constraints, address, exclude
        )


@pytest.mark.django_db
def test_several_broken_rules_are_told_by_their_sentences():
    customer = factories.CustomerFactory.build(name="Nordwind ", vat_id="pl", credit_limit=1)
    assert told(Customer.validate_constraints, customer, None) == {
        "__all__": [
            (None, ["A customer needs a name, without spaces around it."]),
            (None, ["A VAT id is kept in capitals and digits, without spaces."]),
            (None, ["A credit limit is zero or more and needs a currency."]),
        ]
    }


@pytest.mark.django_db
def test_checks_cost_one_select(django_assert_num_queries):
    with django_assert_num_queries(3) as queries:  # savepoint, the checks, release
        factories.AddressFactory.build(customer=None).validate_constraints()
    assert queries[1]["sql"].count(' AS "holds:') == 8


@pytest.mark.django_db
@isolate_apps("tests.shelf")
def test_a_refusal_has_its_code_and_a_unique_one_its_field():
    class Shelf(Tracked):
        number = models.IntegerField()

        class Meta(Tracked.Meta):
            app_label = "shelf"
            db_table = "shelf_box"
            constraints = [
                models.CheckConstraint(
                    condition=Q(number__gt=0), name="shelf_number_positive", violation_error_code="not_positive"
                ),
                models.CheckConstraint(condition=Q(number__gt=-5), name="shelf_number_small"),
            ]

    assert told(Shelf.validate_constraints, Shelf(number=-1), None) == {
        "__all__": [("not_positive", ["Constraint “shelf_number_positive” is violated."])]
    }
