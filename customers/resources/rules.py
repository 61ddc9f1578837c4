"""What Python judges in the rows of a file: as `clean()` of the models, asked once for each different value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models.addresses import NAME_MISSING
from customers.phones import international
from customers.regions import region_problem
from customers.vat import check_vat
from foundation.transfers.declaration import Rule

# Country of a customer, for a number that does not say its own (Customer.country).
COUNTRY = """
    SELECT a.country FROM customers_address a WHERE a.customer_id = {id}
    ORDER BY a.is_default_billing DESC, a.is_primary DESC, a.id LIMIT 1
"""


def _country_for(number: str) -> str:
    """SQL: blank where the number says its country, else that of the customer."""
    return f"CASE WHEN {number} ~ '^([+]|00|[[:alpha:]][[:alpha:]])' THEN '' ELSE ({COUNTRY}) END"


def vat_rule(vat_id: str, context: str) -> dict[str, Any]:
    """Normalise a VAT id; refuse one that its country's rules refuse."""
    number, state, reason = check_vat(vat_id, context)
    if reason:
        raise ValidationError({"vat_id": str(reason)})
    return {"vat_id": number, "vat_state": state}


def phone_rule(phone: str, context: str) -> dict[str, Any]:
    """The number as a phone dials it."""
    return {"phone_e164": international(phone, context)}


VAT_RULE = Rule(("vat_id",), ("vat_id", "vat_state"), vat_rule, context=_country_for("{vat_id}"))
PHONE_RULE = Rule(("phone",), ("phone_e164",), phone_rule, context=_country_for("{phone}"))


# --- addresses --------------------------------------------------------------------------------------------------------

NOW = datetime(1, 1, 2, tzinfo=UTC)  # stands for “validated”, without saying when


def names_rule(organization: str, first_name: str, last_name: str) -> dict[str, Any]:
    """An address is of an organization or of a person with both names; Oro says it three times, and so do we."""
    if not organization and not (first_name and last_name):
        raise ValidationError(dict(NAME_MISSING))
    return {"organization": organization, "first_name": first_name, "last_name": last_name}


def region_rule(country: str, region: str, region_text: str) -> dict[str, Any]:
    """Whether the country has this region, and needs one."""
    if problem := region_problem(country, region, region_text):
        raise ValidationError({"region": problem})
    return {"region": region, "region_text": region_text}


def billing_rule(is_billing: bool, is_default_billing: bool) -> dict[str, Any]:
    """A default billing address is a billing address."""
    return {"is_billing": is_billing or is_default_billing}


def shipping_rule(is_shipping: bool, is_default_shipping: bool) -> dict[str, Any]:
    """A default shipping address is a shipping address."""
    return {"is_shipping": is_shipping or is_default_shipping}


def validated_rule(validated_at: datetime, context: str) -> dict[str, Any]:
    """An address that is said to be validated was so when it was first said."""
    if validated_at != NOW:
        return {"validated_at": validated_at}
    return {"validated_at": datetime.fromisoformat(context) if context else timezone.now()}


def holder_rule(customer: int, context: str) -> dict[str, Any]:
    """A record never changes its customer."""
    if context and context != str(customer):
        raise ValidationError({"customer": _("The owner of the existing address should not be changed")})
    return {"customer": customer}


NAMES_RULE = Rule(
    ("organization", "first_name", "last_name"), ("organization", "first_name", "last_name"), names_rule, always=True
)
REGION_RULE = Rule(("country", "region", "region_text"), ("region", "region_text"), region_rule)
BILLING_RULE = Rule(("is_billing", "is_default_billing"), ("is_billing",), billing_rule, beyond_model=True)
SHIPPING_RULE = Rule(("is_shipping", "is_default_shipping"), ("is_shipping",), shipping_rule, beyond_model=True)
VALIDATED_RULE = Rule(
    ("validated_at",),
    ("validated_at",),
    validated_rule,
    context="""
    SELECT to_char(a.validated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
    FROM customers_address a WHERE a.id = {id}""",
    beyond_model=True,
)
HOLDER_RULE = Rule(
    ("customer",),
    ("customer",),
    holder_rule,
    context="SELECT a.customer_id::text FROM customers_address a WHERE a.id = {id}",
    beyond_model=True,
)


# --- contacts ---------------------------------------------------------------------------------------------------------

# Country of a contact: that of its own address, as long as it stays with the customer, else of the customer.
COUNTRY_OF_CONTACT = """coalesce(
    (SELECT a.country FROM customers_contact c JOIN customers_address a ON a.id = c.address_id
     WHERE c.id = {id} AND a.customer_id = {customer}),
    (SELECT a.country FROM customers_address a WHERE a.customer_id = {customer}
     ORDER BY a.is_default_billing DESC, a.is_primary DESC, a.id LIMIT 1))"""


def phone_of_contact(phone: str, customer: int, context: str) -> dict[str, Any]:
    """The number as a phone dials it."""
    return {"phone_e164": international(phone, context)}


def mobile_of_contact(mobile: str, customer: int, context: str) -> dict[str, Any]:
    """The number as a phone dials it."""
    return {"mobile_e164": international(mobile, context)}


def move_rule(customer: int, address: int, context: str) -> dict[str, Any]:
    """Who changes over to another customer leaves the address of the former one behind."""
    return {"address": address if context == str(customer) else None}


CONTACT_PHONE_RULE = Rule(("phone", "customer"), ("phone_e164",), phone_of_contact, context=COUNTRY_OF_CONTACT)
CONTACT_MOBILE_RULE = Rule(("mobile", "customer"), ("mobile_e164",), mobile_of_contact, context=COUNTRY_OF_CONTACT)
MOVE_RULE = Rule(
    ("customer", "address"),
    ("address",),
    move_rule,
    context="SELECT a.customer_id::text FROM customers_address a WHERE a.id = {address}",
    beyond_model=True,
)
