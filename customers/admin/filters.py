"""Filters of the list of customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from customers.models import Address, Contact, Customer, InternalRating, PaymentTerm, TaxCode, VatCheck
from foundation.identity.models import User
from foundation.ui.theme import AutocompleteSelectFilter, DropdownFilter, RangeDateFilter, TextFilter

Choices = Iterable[tuple[str, Any]]


class ScopedSelectFilter(AutocompleteSelectFilter):
    """One of many records, of those the person may see: neither look asks for that by itself."""

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(field, request, *args, **kwargs)

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        """Leave out what the person may not see."""
        offered = super().field_choices(field, request, model_admin)
        keys = [key for key, _label in offered if key]
        seen = set(self._rows(field, model_admin).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
        return [(key, label) for key, label in offered if not key or key in seen]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The look's form, its chosen record among those the person may see."""
        for choice in super().choices(changelist):
            if form := cast(dict[str, Any], choice).get("form"):
                for chosen in form.fields.values():
                    chosen.queryset = self._rows(self.field, changelist.model_admin)
            yield choice

    def _rows(self, field: Any, model_admin: Any) -> QuerySet[Any]:
        registered = model_admin.admin_site._registry[field.remote_field.model]
        seen = registered.get_queryset(self.request)  # it may count and join for the columns of its own list
        rows: QuerySet[Any] = field.remote_field.model._default_manager.filter(pk__in=seen.values("pk"))
        return rows


class InheritedFilter(DropdownFilter):
    """The value in force: the customer's own, else its group's."""

    model_filtered: ClassVar[type[Any]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """All values there are."""
        return [(str(row.pk), row) for row in self.model_filtered.objects.all()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        """Customers for whom the value counts."""
        field, value = str(self.parameter_name), self.value()
        if not (value and value.isdigit()):
            return rows
        return rows.filter(Q(**{field: value}) | Q(**{field: None, f"group__{field}": value}))


class PaymentTermFilter(InheritedFilter):
    """Payment term in force."""

    title = _("payment term")
    parameter_name = "payment_term"
    model_filtered = PaymentTerm


class TaxCodeFilter(InheritedFilter):
    """Tax code in force."""

    title = _("tax code")
    parameter_name = "tax_code"
    model_filtered = TaxCode


class RatingFilter(DropdownFilter):
    """One or several ratings."""

    title = _("internal rating")
    parameter_name = "internal_rating"
    multiple = True

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        self.chosen = request.GET.getlist(self.parameter_name)
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """All ratings."""
        return [(str(rating.pk), rating) for rating in InternalRating.objects.all()]

    def value(self) -> Any:
        """What is chosen, for drawing the field."""
        return self.chosen or None

    def queryset(self, request: HttpRequest, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        """Customers with any of the ratings."""
        keys = [int(key) for key in self.chosen if key.isdigit()]
        return rows.filter(internal_rating__in=keys) if keys else rows


class PlaceFilter(DropdownFilter):
    """Where in its tree a customer stands."""

    title = _("place in the organisation")
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Upwards and downwards."""
        return [
            ("has_parent", _("Has a parent")),
            ("root", _("Has no parent")),
            ("has_children", _("Has subsidiaries")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        """Customers in this place."""
        if self.value() == "has_children":
            return rows.filter(Exists(Customer.objects.filter(parent=OuterRef("pk"))))
        places = {"has_parent": Q(parent__isnull=False), "root": Q(parent=None)}
        return rows.filter(places.get(self.value() or "", Q()))


class OwnerFilter(DropdownFilter):
    """Mine, nobody's, or a colleague's."""

    title = _("owner")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Me and nobody first, then the colleagues."""
        colleagues = User.objects.filter(is_staff=True).exclude(pk=request.user.pk or 0).only("name", "email")
        return [("mine", _("Mine")), ("nobody", _("Nobody")), *((str(user.pk), user) for user in colleagues)]

    def queryset(self, request: HttpRequest, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        """Customers of this owner."""
        value = self.value() or ""
        if value == "nobody":
            return rows.filter(owner=None)
        owner = str(request.user.pk) if value == "mine" else value
        return rows.filter(owner=int(owner)) if owner.isdigit() else rows


class MissingFilter(DropdownFilter):
    """What a customer lacks."""

    title = _("what is missing")
    parameter_name = "without"
    conditions: ClassVar[dict[str, tuple[Any, Any]]] = {
        "group": (_("Without group"), Q(group=None)),
        "code": (_("Without code"), Q(code="")),
        "payment_term": (_("Without payment term"), Q(payment_term=None, group__payment_term=None)),
        "tax_code": (_("Without tax code"), Q(tax_code=None, group__tax_code=None)),
        "vat_id": (_("Without VAT id"), Q(vat_id="")),
        "reps": (_("Without sales rep"), Q(rep_ids_override=[]) | Q(rep_ids_override=None, rep_ids=[])),
        "address": (_("Without address"), ~Exists(Address.objects.filter(customer=OuterRef("pk")))),
        "contact": (_("Without contact"), ~Exists(Contact.objects.filter(customer=OuterRef("pk")))),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """What may be missing."""
        return [(name, label) for name, (label, _condition) in self.conditions.items()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        """Customers that lack it."""
        _label, condition = self.conditions.get(self.value() or "", ("", Q()))
        return rows.filter(condition)


class VatStandingFilter(DropdownFilter):
    """What VIES told about the VAT id."""

    title = _("VAT id at VIES")
    parameter_name = "vies"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The answers, and the lack of one."""
        answers = VatCheck.Answer
        return [
            (str(answers.REGISTERED), answers.REGISTERED.label),
            (str(answers.NOT_REGISTERED), answers.NOT_REGISTERED.label),
            (str(answers.WAITING), answers.WAITING.label),
            ("in_vain", _("Asked without an answer")),
            ("never", _("Never asked")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        """Customers whose number stands so."""
        checks = VatCheck.objects.filter(vat_id=OuterRef("vat_id")).order_by()
        decided, waiting = Exists(checks.filter(is_current=True)), Exists(checks.filter(answer="waiting"))
        conditions: dict[str, Any] = {
            "registered": Exists(checks.filter(is_current=True, answer="registered")),
            "not_registered": Exists(checks.filter(is_current=True, answer="not_registered")),
            "waiting": waiting,
            "in_vain": Q(Exists(checks)) & ~decided & ~waiting,
            "never": ~Q(vat_id="") & ~Exists(checks),
        }
        return rows.filter(conditions.get(self.value() or "", Q()))


class RepFilter(TextFilter):
    """A rep id in force."""

    title = _("rep id")
    parameter_name = "rep"

    def queryset(self, request: HttpRequest, rows: Any) -> QuerySet[Customer]:
        """Customers this rep looks after."""
        return rows.with_rep(self.value()) if self.value() else rows


class DayRangeFilter(RangeDateFilter):
    """From one day to another, both included, in the time zone of the office."""

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Rows whose moment lies on one of the days."""
        first, last = self._day("from"), self._day("to")
        if first:
            rows = rows.filter(**{f"{self.field_path}__gte": _midnight(first)})
        if last:
            rows = rows.filter(**{f"{self.field_path}__lt": _midnight(last + dt.timedelta(days=1))})
        return rows

    def _day(self, bound: str) -> dt.date | None:
        value: Any = self.used_parameters.get(f"{self.field_path}_{bound}") or ""
        try:
            return parse_date(str(value[-1] if isinstance(value, list) else value))
        except ValueError:  # such as 30 February
            return None


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
