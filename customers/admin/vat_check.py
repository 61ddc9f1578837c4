"""Whether a customer's VAT id is registered, on its page: the answer, the comparison, the questions, the button."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from django_countries import countries

from customers.admin.overview import overview_url
from customers.models import Customer, VatCheck
from customers.vies.asking import can_be_asked, vat_check_after, vat_check_ask, vat_checks_ask
from customers.vies.comparing import Field, Verdict, billing_address, compare, differences, is_confirmed
from customers.vies.troubles import sentence
from foundation.ui.markup import Tone
from foundation.ui.pages import is_confirmed as is_sure
from foundation.ui.theme import action

SLUG = "vat"
SHOWN = 10  # questions in the history
SOON_SECONDS = 10  # an answer that is due so soon is waited for on the page
AT_ONCE = 1000
TONES: dict[str, Tone] = {
    VatCheck.Answer.REGISTERED: "good",
    VatCheck.Answer.NOT_REGISTERED: "bad",
    VatCheck.Answer.WAITING: "info",
    VatCheck.Answer.UNAVAILABLE: "warning",
    VatCheck.Answer.REFUSED: "warning",
}


def vat_panel(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """What the panel shows; None for a customer without a number, or where nobody was asked and nobody can be."""
    number = customer.vat_id
    checks = list(VatCheck.objects.filter(vat_id=number).select_related("asked_by")[:SHOWN]) if number else []
    may_ask = settings.VAT_CHECK and can_be_asked(number) and request.user.has_perm("customers.change_customer")
    if not number or not (checks or settings.VAT_CHECK):
        return None
    standing = _standing(number, checks)
    waiting = next((check for check in checks if check.is_waiting), None)
    return {
        "customer": customer,
        "standing": standing,
        "waiting": waiting,
        "is_soon": waiting is not None and (waiting.due_at - timezone.now()).total_seconds() < SOON_SECONDS,
        "waiting_for": sentence(waiting.trouble) if waiting else "",
        "in_vain": _in_vain(checks, standing),
        "comparison": _comparison(customer, standing),
        "history": [(check, TONES[check.answer], sentence(check.trouble)) for check in checks],
        "is_known_to_vies": can_be_asked(number),
        "may_ask": may_ask and waiting is None,
        "panel_url": overview_url(customer),
        "ask_url": reverse("admin:customers_customer_vat_check", args=[customer.pk]),
        "back": request.path,
    }


def _standing(number: str, checks: list[VatCheck]) -> VatCheck | None:
    shown = next((check for check in checks if check.is_current), None)
    return shown or VatCheck.objects.filter(vat_id=number, is_current=True).first()


def _in_vain(checks: list[VatCheck], standing: VatCheck | None) -> str:
    """Why the last question got no answer, if it is later than the last answer."""
    last = checks[0] if checks else None
    if last is None or last.is_waiting or last.is_decisive or (standing and standing.pk > last.pk):
        return ""
    return sentence(last.trouble)


def _comparison(customer: Customer, standing: VatCheck | None) -> dict[str, Any] | None:
    if standing is None or standing.answer != VatCheck.Answer.REGISTERED:
        return None
    address = billing_address(customer)
    fields = [_named(field) for field in compare(customer, address, standing)]
    return {
        "fields": [(field, *_shown(field)) for field in fields],
        "has_address": address is not None,
        "is_told": bool(standing.name or standing.address),
        "is_confirmed": is_confirmed(fields),
        "differs": [str(field.label) for field in differences(fields)],
    }


def _named(field: Field) -> Field:
    """A country by its name."""
    if field.name != "country":
        return field
    return replace(field, ours=_country(field.ours), registered=_country(field.registered))


def _country(code: str) -> str:
    return str(countries.name(code) or code)


def _shown(field: Field) -> tuple[str, Tone]:
    words: dict[Verdict, tuple[str, Tone]] = {
        Verdict.SAME: (_("Same"), "good"),
        Verdict.DIFFERENT: (_("Different"), "bad"),
        Verdict.NOT_TOLD: (_("Not told"), "neutral"),
        Verdict.MISSING: (_("We have none"), "warning"),
    }
    return words[field.verdict]


class VatCheckPages:
    """For the ModelAdmin of customers: the button, the action of the list, and the question after a change."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the button."""
        view = self.admin_site.admin_view(require_POST(self.vat_check))  # type: ignore[attr-defined]
        own = path("<int:object_id>/vat-check/", view, name="customers_customer_vat_check")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def vat_check(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Have VIES asked about this customer's number."""
        customer: Customer | None = self.get_object(request, str(object_id))  # type: ignore[attr-defined]
        if customer is None or not self.has_change_permission(request, customer):  # type: ignore[attr-defined]
            raise PermissionDenied
        try:
            vat_check_ask(vat_id=customer.vat_id, by=request.user)  # type: ignore[arg-type]
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        back = request.POST.get("back", "")
        is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return redirect(f"{back if is_ours else overview_url(customer)}#panel-{SLUG}")

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        """Ask about a number that is new or another one."""
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        former = str(form.initial.get("vat_id") or "") if change else ""
        vat_check_after(customer=obj, former=former, by=request.user)  # type: ignore[arg-type]

    def get_actions(self, request: HttpRequest) -> Any:
        """Nobody is offered what is switched off."""
        offered = super().get_actions(request)  # type: ignore[misc]
        if not settings.VAT_CHECK:
            offered.pop("ask_vies", None)
        return offered

    @action(description=gettext_lazy("Ask VIES about the VAT ids…"), permissions=["change"])
    def ask_vies(self, request: HttpRequest, rows: QuerySet[Customer]) -> HttpResponse | None:
        """Have VIES asked about the numbers of the selected customers."""
        chosen = self._chosen(request, rows, AT_ONCE)  # type: ignore[attr-defined]
        if chosen is None:
            return None
        numbers = {one.vat_id for one in chosen if can_be_asked(one.vat_id)}
        if is_sure(request):
            asked = vat_checks_ask(customers=chosen, by=request.user)  # type: ignore[arg-type]
            done = ngettext("VIES is being asked about %d VAT id.", "VIES is being asked about %d VAT ids.", asked)
            messages.success(request, done % asked)
            return None
        counts = [(_("VAT ids to ask about"), len(numbers)), (_("Customers chosen"), len(chosen))]
        page: HttpResponse = self._ask(request, chosen, title=_("Ask VIES about the VAT ids"), counts=counts)  # type: ignore[attr-defined]
        return page
