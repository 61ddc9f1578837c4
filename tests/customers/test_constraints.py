"""Every rule of one row holds past the forms: the rows come by bulk_create or update()."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from customers.models import Address, Contact, Customer, CustomerSettings
from tests import factories

pytestmark = pytest.mark.django_db

CUSTOMER_RULES = [
    ({"name": " "}, "customer_name_trimmed"),
    ({"name": "Nordwind "}, "customer_name_trimmed"),
    ({"code": "A1 "}, "customer_code_trimmed"),
    ({"code": "\t"}, "customer_code_trimmed"),
    ({"vat_id": "pl5250001090"}, "customer_vat_id_normalised"),
    ({"vat_id": "PL 525"}, "customer_vat_id_normalised"),
    ({"vat_state": "valid"}, "customer_vat_state_fits"),
    ({"vat_id": "PL5250001090", "vat_state": "perhaps"}, "customer_vat_state_fits"),
    ({"rep_ids": ["R1", "r1"]}, "customer_rep_ids_valid"),
    ({"rep_ids": [""]}, "customer_rep_ids_valid"),
    ({"rep_ids": [" R1"]}, "customer_rep_ids_valid"),
    ({"rep_ids": ["R1;R2"]}, "customer_rep_ids_valid"),
    ({"rep_ids_override": ["R1", "R1"]}, "customer_rep_ids_valid"),
    ({"rep_ids": [*map(str, range(30)), "R1", "r1"]}, "customer_rep_ids_valid"),
    ({"rep_ids": [*map(str, range(30)), "R1;R2"]}, "customer_rep_ids_valid"),
    ({"phone_e164": "0048123"}, "customer_phone_international"),
    ({"email": "a b@example.com"}, "customer_email_trimmed"),
    ({"credit_limit": 100}, "customer_credit_limit_has_currency"),
    ({"credit_limit": -1, "credit_currency": "EUR"}, "customer_credit_limit_has_currency"),
    ({"credit_currency": "eur"}, "customer_credit_currency_shape"),
    ({"price_fallback": "website"}, "customer_price_fallback_known"),
]

ADDRESS_RULES = [
    ({"organization": "", "first_name": "Anna"}, "address_has_name_or_organization"),
    ({"organization": "  "}, "address_has_name_or_organization"),
    ({"street": ""}, "address_street_trimmed"),
    ({"city": " "}, "address_city_trimmed"),
    ({"country": "P1"}, "address_country_shape"),
    ({"country": "PL", "region": "DE-BY"}, "address_region_in_country"),
    ({"country": "PL", "region": "PL-14", "region_text": "Mazowsze"}, "address_one_region"),
    ({"is_default_billing": True}, "address_default_has_type"),
    ({"is_default_shipping": True, "is_billing": True}, "address_default_has_type"),
    ({"latitude": 91, "longitude": 0}, "address_coordinates_on_earth"),
    ({"latitude": 50}, "address_coordinates_on_earth"),
]

CONTACT_RULES = [
    ({"first_name": "", "last_name": " "}, "contact_has_name"),
    ({"mobile_e164": "600100200"}, "contact_phones_international"),
    ({"email": "anna@example.com "}, "contact_email_trimmed"),
]


@pytest.mark.parametrize(("values", "rule"), CUSTOMER_RULES)
def test_customer_rule_holds_past_the_form(values, rule):
    with pytest.raises(IntegrityError, match=rule):
        Customer.objects.bulk_create([factories.CustomerFactory.build(**values)])


@pytest.mark.parametrize("ids", [[], ["R1", "R2"], [f"R{number}" for number in range(30)]], ids=len)
def test_rep_ids_that_differ_are_kept(ids):
    customer = factories.CustomerFactory(rep_ids=ids)
    customer.refresh_from_db()
    assert customer.rep_ids == ids


@pytest.mark.parametrize(("values", "rule"), ADDRESS_RULES)
def test_address_rule_holds_past_the_form(values, rule):
    customer = factories.CustomerFactory()
    with pytest.raises(IntegrityError, match=rule):
        Address.objects.bulk_create([factories.AddressFactory.build(customer=customer, **values)])


@pytest.mark.parametrize(("values", "rule"), CONTACT_RULES)
def test_contact_rule_holds_past_the_form(values, rule):
    customer = factories.CustomerFactory()
    with pytest.raises(IntegrityError, match=rule):
        Contact.objects.bulk_create([factories.ContactFactory.build(customer=customer, **values)])


@pytest.mark.parametrize(
    ("factory", "field", "rule"),
    [
        (factories.CustomerFactory, "code", "customer_code_unique"),
        (factories.CustomerGroupFactory, "name", "customergroup_name_unique"),
        (factories.PaymentTermFactory, "label", "paymentterm_label_unique"),
        (factories.TaxCodeFactory, "code", "taxcode_code_unique"),
        (factories.InternalRatingFactory, "code", "internalrating_code_unique"),
        (factories.DepartmentFactory, "name", "department_general_name_unique"),
        (factories.PriceListFactory, "name", "pricelist_name_unique"),
    ],
)
def test_names_are_unique_ignoring_case(factory, field, rule):
    factory(**{field: "Łódź"})
    with pytest.raises(IntegrityError, match=rule):
        factory._meta.model.objects.bulk_create([factory.build(**{field: "ŁÓDŹ"})])


@pytest.mark.parametrize(
    ("factory", "field", "rule"),
    [
        (factories.AccountFactory, "name", "account_name_trimmed"),
        (factories.CustomerGroupFactory, "name", "customergroup_name_trimmed"),
        (factories.PaymentTermFactory, "label", "paymentterm_label_trimmed"),
        (factories.TaxCodeFactory, "code", "taxcode_code_trimmed"),
        (factories.InternalRatingFactory, "code", "internalrating_code_trimmed"),
        (factories.InternalRatingFactory, "label", "internalrating_label_trimmed"),
        (factories.DepartmentFactory, "name", "department_name_trimmed"),
        (factories.NoteFactory, "text", "note_text_trimmed"),
        (factories.PriceListFactory, "name", "pricelist_name_trimmed"),
    ],
)
def test_names_are_not_blank(factory, field, rule):
    row = factory()
    with pytest.raises(IntegrityError, match=rule):
        type(row).objects.filter(pk=row.pk).update(**{field: " "})


def test_customers_without_code_may_be_many():
    factories.CustomerFactory.create_batch(2, code="")
    assert Customer.objects.filter(code="").count() == 2


def test_department_name_is_unique_per_customer():
    customer = factories.CustomerFactory()
    factories.DepartmentFactory(name="Printing", customer=customer)
    factories.DepartmentFactory(name="Printing")
    with pytest.raises(IntegrityError, match="department_name_unique"):
        factories.DepartmentFactory(name="PRINTING", customer=customer)


@pytest.mark.parametrize("factory", [factories.GroupPriceListFactory, factories.CustomerPriceListFactory])
def test_holder_has_a_price_list_once(factory):
    row = factory()
    row.pk = None
    with pytest.raises(IntegrityError, match="pricelist_once"):
        type(row).objects.bulk_create([row])


def test_system_has_a_price_list_once():
    row = factories.SystemPriceListFactory()
    with pytest.raises(IntegrityError, match="systempricelist_once"):
        factories.SystemPriceListFactory(price_list=row.price_list)


@pytest.mark.parametrize("currencies", [[], ["EUR", "EUR"], ["eur"]])
def test_price_list_needs_currencies(currencies):
    with pytest.raises(IntegrityError, match="pricelist_currencies_valid"):
        factories.PriceListFactory(currencies=currencies)


def test_group_price_fallback_is_known():
    group = factories.CustomerGroupFactory()
    with pytest.raises(IntegrityError, match="customergroup_price_fallback_known"):
        type(group).objects.update(price_fallback="website")


@pytest.mark.parametrize(
    ("values", "rule"), [({"pk": 2}, "customersettings_one_row"), ({"account_strategy": "x"}, "strategy_known")]
)
def test_settings_are_one_known_row(values, rule):
    CustomerSettings.objects.all().delete()
    with pytest.raises(IntegrityError, match=rule):
        CustomerSettings.objects.create(**{"pk": 1} | values)


def test_address_without_name_has_three_messages():
    address = factories.AddressFactory.build(organization="", customer=factories.CustomerFactory())
    with pytest.raises(ValidationError) as refusal:
        address.full_clean()
    assert refusal.value.message_dict == {
        "first_name": ["First Name and Last Name or Organization should not be blank."],
        "last_name": ["Last Name and First Name or Organization should not be blank."],
        "organization": ["Organization or First Name and Last Name should not be blank."],
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"country": "US"}, "State is required for country US"),
        ({"country": "PL", "region": "PL-XX"}, "Region PL-XX does not belong to country PL"),
        (
            {"country": "PL", "region_text": "Mazowsze"},
            "Custom region can be used only for countries without predefined regions.",
        ),
    ],
)
def test_region_problem_is_said_at_the_field(values, message):
    address = factories.AddressFactory.build(customer=factories.CustomerFactory(), **values)
    with pytest.raises(ValidationError, match=re.escape(message)):
        address.full_clean()


def test_default_type_ticks_the_type():
    address = factories.AddressFactory.build(customer=factories.CustomerFactory(), is_default_billing=True)
    address.full_clean()
    assert (address.is_billing, address.is_shipping) == (True, False)


def test_form_says_the_sentence_of_the_constraint():
    factories.CustomerFactory(code="A1")
    with pytest.raises(ValidationError) as refusal:
        factories.CustomerFactory.build(code="a1 ").full_clean()
    assert refusal.value.messages == ["There is a customer with this code already."]
