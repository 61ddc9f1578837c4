"""Why this price: a page that asks for a customer, a product and a moment, and shows how the price comes about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.price_forms import ProductSelect
from catalog.models import Product, Unit
from catalog.money import amount_text
from customers.admin.autocomplete import KeySelect
from customers.admin.base import changelist_url, record_url
from customers.admin.scope import Person, within_scope
from customers.models import Customer, CustomerPriceList
from customers.pricing.chain import Level
from customers.pricing.explaining import Explanation, explain
from foundation.ui.amounts import AmountField
from foundation.ui.pages import Crumb, hub_page
from foundation.ui.theme import action

RIGHTS = ("customers.view_customer", "catalog.view_price")
NOT_YOURS = gettext_lazy("There is no such customer, or it is not one of yours.")
CURRENCIES = """
    SELECT code FROM catalog_pricelist l CROSS JOIN LATERAL unnest(l.currencies) code
    GROUP BY code ORDER BY count(*) DESC, code
"""


def may_ask(user: Person) -> bool:
    """Whether a person may look at prices of customers."""
    return user.has_perms(RIGHTS)


def why_price_url(**question: Any) -> str:
    """Address of the page, with the question filled in."""
    query = urlencode({name: value for name, value in question.items() if value not in (None, "")})
    return reverse("admin:customers_customer_why_price") + (f"?{query}" if query else "")


def _moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, input_formats=formats, widget=widget, help_text=help_text)


class WhyForm(forms.Form):
    """The question; with another customer or another moment it is two, side by side."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(), label=gettext_lazy("Customer"), error_messages={"invalid_choice": NOT_YOURS}
    )
    product = forms.ModelChoiceField(Product.objects.all(), label=gettext_lazy("Product"))
    quantity = AmountField(
        label=gettext_lazy("Quantity"),
        max_digits=19,
        decimal_places=4,
        min_value=Decimal(0),
        initial=Decimal(1),
    )
    unit = forms.ModelChoiceField(
        Unit.objects.all(), label=gettext_lazy("Unit"), required=False, empty_label=gettext_lazy("Primary")
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    moment = _moment(gettext_lazy("When"), gettext_lazy("Empty: now."))
    other_customer = forms.ModelChoiceField(
        Customer.objects.none(),
        label=gettext_lazy("Compare with customer"),
        required=False,
        error_messages={"invalid_choice": NOT_YOURS},
    )
    other_moment = _moment(gettext_lazy("Compare with another moment"))

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("customer", "other_customer"):
            field: Any = self.fields[name]
            field.widget = KeySelect(CustomerPriceList._meta.get_field("customer"), admin.site)
            field.queryset = within_scope(Customer.objects.select_related("group"), user)
        product: Any = self.fields["product"]
        product.widget = ProductSelect()
        product.widget.choices = product.choices
        product.queryset = Product.objects.select_related("unit")
        currency: Any = self.fields["currency"]
        currency.choices = [(code, code) for code in _currencies()]

    @property
    def compares(self) -> bool:
        """Whether a second answer is asked for."""
        return any(self[name].value() for name in ("other_customer", "other_moment"))

    def answers(self) -> list[Answer]:
        """One explanation, or two of which the second differs in customer, in moment or in both."""
        asked = self.cleaned_data
        moment = asked["moment"] or timezone.now()
        found = [self._answer(asked["customer"], moment)]
        if asked["other_customer"] or asked["other_moment"]:
            found.append(self._answer(asked["other_customer"] or asked["customer"], asked["other_moment"] or moment))
        return found

    def _answer(self, customer: Customer, moment: datetime) -> Answer:
        asked = self.cleaned_data
        return Answer(
            explain(
                customer,
                asked["product"],
                quantity=asked["quantity"],
                currency=asked["currency"],
                unit=asked["unit"],
                moment=moment,
            )
        )


def _currencies() -> list[str]:
    """Currencies that price lists have, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENCIES)
        return [code for (code,) in cursor.fetchall()]


@dataclass(frozen=True)
class Answer:
    """An explanation as the page shows it."""

    why: Explanation

    @property
    def total(self) -> str:
        """Price times quantity, half up to cents."""
        if self.why.value is None:
            return ""
        return amount_text((self.why.value * self.why.question.quantity).quantize(Decimal("0.01"), "ROUND_HALF_UP"))

    @property
    def steps(self) -> list[tuple[str, str, bool]]:
        """Each level whose lists might be given: its name, whom it is of, whether it is asked."""
        customer = self.why.question.customer
        of = {Level.CUSTOMER: customer.name, Level.GROUP: customer.group.name if customer.group else _("no group")}
        return [(str(level.label), of.get(level, ""), level in self.why.levels) for level in Level]

    @property
    def fallback(self) -> str:
        """Why not every level is asked."""
        customer = self.why.question.customer
        if customer.price_fallback == Customer.PriceFallback.CUSTOMER_ONLY:
            return _("The customer is set to use its own price lists only.")
        if customer.group and Level.SYSTEM not in self.why.levels:
            return _("The group “%(group)s” is set to use its own price lists only.") % {"group": customer.group.name}
        return ""

    @property
    def customer_url(self) -> str:
        """The customer's page."""
        return record_url(self.why.question.customer)


def difference(answers: list[Answer]) -> str:
    """What two answers come to, in a sentence."""
    if len(answers) < 2:
        return ""
    first, second = (answer.why.value for answer in answers)
    if first is None or second is None:
        both = first is None and second is None
        return _("Neither of the two has a price.") if both else _("Only one of the two has a price.")
    if first == second:
        return _("Both prices are the same.")
    words = {"amount": amount_text(abs(second - first)), "currency": answers[0].why.question.currency}
    if first:
        words["percent"] = f"{abs(second - first) * 100 / first:.1f}"
        words["more"] = _("more") if second > first else _("less")
        return _("The second is %(amount)s %(currency)s (%(percent)s %%) %(more)s than the first.") % words
    return _("The second is %(amount)s %(currency)s more than the first.") % words


class WhyPricePage:
    """Mixed into the ModelAdmin of customers."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = self.admin_site.admin_view(self.why_price_page)
        return [path("why-price/", view, name="customers_customer_why_price"), *super().get_urls()]  # type: ignore[misc]

    def why_price_page(self, request: HttpRequest) -> HttpResponse:
        """Ask and answer; the question stands in the address, so an answer can be sent to a colleague."""
        if not may_ask(request.user):
            raise PermissionDenied
        is_asked = "quantity" in request.GET
        form = WhyForm(request.GET if is_asked else None, user=request.user, initial=request.GET.dict() or None)
        answers = form.answers() if is_asked and form.is_valid() else []
        parents: list[Crumb] = [(_("Customers"), changelist_url(Customer))]
        context = {"form": form, "answers": answers, "difference": difference(answers), "is_asked": is_asked}
        return hub_page(
            request, "customers/admin/why_price.html", title=_("Why this price"), context=context, parents=parents
        )

    def has_ask_prices_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May look at prices of customers."""
        return may_ask(request.user)

    @action(description=gettext_lazy("Why this price"), permissions=["ask_prices"], url_path="ask-price")
    def why_price(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the page with this customer filled in."""
        return redirect(why_price_url(customer=object_id))


def ask_about_product(request: HttpRequest, product: Product) -> dict[str, Any] | None:
    """What the panel on a product's page needs."""
    return {"url": why_price_url(product=product.pk)} if may_ask(request.user) else None
