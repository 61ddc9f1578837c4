"""What Python judges in the rows of a file: as `clean()` of the models, asked once for each different value."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from customers.phones import international
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
