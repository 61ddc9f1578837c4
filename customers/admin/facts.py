"""The facts about a customer, and about a group, each with where an inherited value comes from."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.admin.base import NOTHING, may_view, record_link
from customers.admin.scope import in_scope
from customers.models import Customer, CustomerGroup
from customers.selectors import Origin, Resolved, payment_term_of, tax_code_of
from customers.vies.asking import standing_of
from foundation.ui.markup import Tone, badge

Fact = tuple[str, Any]
State = Customer.VatState
VAT_TONES: dict[str, Any] = {State.VALID: "info", State.INVALID: "bad", State.UNCHECKED: "neutral"}


def facts_of_customer(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """Everything that is known about a customer itself."""
    return {
        "facts": _general(request, customer) + _terms(customer) + _ways_to_reach(customer),
        "reps": _reps(customer),
        "record": customer,
    }


def _general(request: HttpRequest, customer: Customer) -> list[Fact]:
    return [
        _fact(customer, "code", customer.code),
        _fact(customer, "group", linked(request, customer.group)),
        _fact(customer, "account", linked(request, customer.account)),
        _fact(customer, "parent", _parent(request, customer)),
        _fact(customer, "owner", customer.owner),
        _fact(customer, "internal_rating", customer.internal_rating),
    ]


def _terms(customer: Customer) -> list[Fact]:
    return [
        _fact(customer, "payment_term", inherited(payment_term_of(customer))),
        _fact(customer, "tax_code", inherited(tax_code_of(customer))),
        _fact(customer, "vat_id", _vat_id(customer)),
        _fact(customer, "credit_limit", _credit(customer)),
        (_("Prices come from"), customer.get_price_fallback_display()),
    ]


def _ways_to_reach(customer: Customer) -> list[Fact]:
    return [
        _fact(customer, "email", mail_link(customer.email)),
        _fact(customer, "phone", phone_link(customer.phone, customer.phone_e164)),
    ]


def _reps(customer: Customer) -> dict[str, Any]:
    """The rep ids in force, where they come from, and what the back office delivers beside them."""
    return {
        "ids": customer.effective_rep_ids,
        "by_hand": customer.has_rep_override,
        "delivered": customer.rep_ids,
    }


def facts_of_group(request: HttpRequest, group: CustomerGroup) -> dict[str, Any]:
    """What a group gives to its customers, and who looks after it."""
    return {
        "facts": [
            _fact(group, "payment_term", linked(request, group.payment_term)),
            _fact(group, "tax_code", linked(request, group.tax_code)),
            (_("Prices come from"), group.get_price_fallback_display()),
            _fact(group, "owner", group.owner),
        ],
        "record": group,
    }


# --- how values are shown ---------------------------------------------------------------------------------------------


def _fact(record: Any, field: str, value: Any) -> Fact:
    return capfirst(str(record._meta.get_field(field).verbose_name)), value or NOTHING


def linked(request: HttpRequest, record: Any) -> SafeString | str:
    """A record as a link to its page, for those who may open it."""
    return record_link(record) if record is not None and may_view(request, type(record)) else str(record or "")


def _parent(request: HttpRequest, customer: Customer) -> SafeString | str:
    if customer.parent_id is None:
        return ""
    return record_link(customer.parent) if in_scope(customer.parent, request.user) else _("(of another owner)")


def inherited(resolved: Resolved[Any]) -> str:
    """A term with its source."""
    return "" if resolved.origin is Origin.NONE else str(resolved)


def _vat_id(customer: Customer) -> SafeString | str:
    if not customer.vat_id:
        return ""
    if standing := standing_of(customer.vat_id):
        tone: Tone = "good" if standing.answer == standing.Answer.REGISTERED else "bad"
        return format_html("{} {}", customer.vat_id, badge(standing.get_answer_display(), tone))
    state = badge(customer.get_vat_state_display(), VAT_TONES.get(customer.vat_state, "neutral"))
    return format_html("{} {}", customer.vat_id, state)


def _credit(customer: Customer) -> str:
    if customer.credit_limit is None:
        return ""
    return f"{number_format(customer.credit_limit, 2, force_grouping=True)} {customer.credit_currency}"


def mail_link(address: str) -> SafeString | str:
    """An e-mail address one can write to by a click."""
    return format_html('<a href="mailto:{0}">{0}</a>', address) if address else ""


def phone_link(number: str, international: str = "") -> SafeString | str:
    """A phone number one can call by a tap; as typed, dialled internationally where that is known."""
    if not number:
        return ""
    return format_html('<a href="tel:{}">{}</a>', _dialled(international or number), number)


def _dialled(number: str) -> str:
    """A number as RFC 3966 wants it: `+48123456789;ext=12`, or the digits of what was typed."""
    if number.startswith("+") and ";" in number:
        return number
    plus = "+" if number.lstrip().startswith("+") else ""
    return plus + "".join(sign for sign in number if sign.isdigit() or sign in "*#")


def badges_of(customer: Customer) -> SafeString:
    """What must be seen before anything else."""
    shown = [badge(_("on hold"), "warning")] if customer.is_on_hold else []
    shown += [badge(_("internal"), "info")] if customer.is_internal else []
    return format_html_join(" ", "{}", [(one,) for one in shown])
