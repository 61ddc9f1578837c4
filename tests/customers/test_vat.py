"""VAT ids: kept in one form, checked by country, refused with a reason."""

import pytest
from django.core.exceptions import ValidationError

from customers.models import Customer
from customers.vat import VatState, check_vat
from tests import factories


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("PL 526-000-12-46", "", "PL5260001246"),
        ("pl5260001246", "DE", "PL5260001246"),
        ("526-000-12-46", "PL", "PL5260001246"),
        ("DE 136,695 976", "", "DE136695976"),
        ("ATU13585627", "", "ATU13585627"),
        ("GR 094259216", "", "EL094259216"),
        ("EL094259216", "", "EL094259216"),
        ("XI 980 7806 84", "", "XI980780684"),
        ("GB 980 7806 84", "", "GB980780684"),
        ("CHE-107.787.577 IVA", "", "CHE107787577IVA"),
        ("CHE-107.787.577", "", "CHE107787577"),
        ("NO 995 525 828 MVA", "", "NO995525828MVA"),
        ("NL4495445B01", "", "NL004495445B01"),
        ("A13585625", "ES", "ESA13585625"),
    ],
)
def test_valid_number_is_kept_in_one_form(typed, country, kept):
    assert check_vat(typed, country) == (kept, VatState.VALID, "")


@pytest.mark.parametrize(
    ("typed", "country", "reason"),
    [
        (
            "PL5260001247",
            "",
            "“PL5260001247” is no VAT id of Poland: the check digit does not fit, so a digit may be mistyped.",
        ),
        ("PL526", "", "“PL526” is no VAT id of Poland: it is too short or too long."),
        ("DE13669597X", "", "“DE13669597X” is no VAT id of Germany: there is a letter or a digit out of place."),
        (
            "5260001247",
            "PL",
            "“5260001247” is no VAT id of Poland: the check digit does not fit, so a digit may be mistyped.",
        ),
        ("US", "", "“US” is no VAT id: there is no digit in it."),
        ("pl", "PL", "“pl” is no VAT id: there is no digit in it."),
        ("pending", "", "“pending” is no VAT id: there is no digit in it."),
        ("on request!", "", "“on request!” is no VAT id: it has 2 to 20 letters and digits."),
    ],
)
def test_wrong_number_comes_with_the_reason(typed, country, reason):
    _, state, said = check_vat(typed, country)
    assert (state, said) == (VatState.INVALID, reason)


@pytest.mark.parametrize(("typed", "kept"), [("", ""), (" ", ""), ("US 12-3456789", "US123456789"), ("123", "123")])
def test_unknown_rules_leave_a_number_unchecked(typed, kept):
    assert check_vat(typed) == (kept, VatState.UNCHECKED, "")


def test_normalising_twice_changes_nothing():
    for typed in ("PL 526-000-12-46", "CHE-107.787.577 IVA", "GR 094259216", "NO 995 525 828 MVA"):
        once = check_vat(typed).number
        assert check_vat(once).number == once


@pytest.mark.django_db
def test_form_refuses_a_wrong_number_with_the_reason():
    customer = factories.CustomerFactory.build(vat_id="PL5260001247")
    with pytest.raises(ValidationError) as refusal:
        customer.full_clean()
    assert list(refusal.value.message_dict) == ["vat_id"]


@pytest.mark.django_db
def test_country_of_the_address_helps():
    customer = factories.AddressFactory(country="PL").customer
    customer.vat_id = "526-000-12-46"
    customer.full_clean()
    customer.save()
    stored = Customer.objects.get()
    assert (stored.vat_id, stored.vat_state) == ("PL5260001246", VatState.VALID)
