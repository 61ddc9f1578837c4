"""The form of a customer: its fields in the order in which people fill them in."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.admin.autocomplete import NOT_BELOW, point_autocomplete
from customers.admin.base import CustomersForm
from customers.admin.columns import FROM_GROUP
from customers.admin.rep_ids import RepIdsField
from customers.admin.scope import in_scope, sees_all
from customers.models import Customer, CustomerGroup

NO_VALUE = gettext_lazy("Select value")
INHERITED = ("payment_term", "tax_code")

# After a fieldset with the class `then-<prefix>` the page shows that inline (change_form.html).
FIELDSETS: Any = [
    (
        gettext_lazy("General"),
        {"fields": ["account", "name", "code", "group", "parent", "internal_rating", "owner"]},
    ),
    (
        gettext_lazy("Sales representatives"),
        {"fields": ["rep_ids_override"]},
    ),
    (
        gettext_lazy("Tax"),
        {"fields": ["tax_code"], "classes": ["then-addresses"]},
    ),
    (
        gettext_lazy("Additional"),
        {
            "fields": [
                "payment_term",
                "email",
                "phone",
                ("credit_limit", "credit_currency"),
                ("is_on_hold", "is_internal"),
            ]
        },
    ),
    (
        gettext_lazy("Price lists"),
        {"fields": ["price_fallback"], "classes": ["then-price_lists"]},
    ),
    (
        gettext_lazy("VAT"),
        {"fields": ["vat_id", "vat_state_text"], "classes": ["then-contacts", "then-notes"]},
    ),
]


class CustomerForm(CustomersForm):
    """A customer."""

    rep_ids_override = RepIdsField(
        label=gettext_lazy("Sales representatives"),
        help_text=gettext_lazy("Their ids in order, the first is the main one."),
    )
    request: HttpRequest

    class Meta:
        model = Customer
        fields = "__all__"  # the fieldsets decide
        help_texts = {
            "account": gettext_lazy("Leave it empty and the new customer gets an account of its own."),
            "group": gettext_lazy("Gives payment term, tax code and price lists where the customer has none."),
            "parent": gettext_lazy("The company this one is a subsidiary of."),
            "owner": gettext_lazy("The colleague who is responsible for the customer."),
            "vat_id": gettext_lazy("With its country code, such as PL5260001246; checked when you save."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rep_ids_override" in self.fields:
            reps = cast(RepIdsField, self.fields["rep_ids_override"])
            reps.follow(self.instance.rep_ids, self.instance.rep_ids_override)
        if "parent" in self.fields:
            self._prepare_parent()
        self._show_inherited()
        self._prepare_owner()

    def _prepare_parent(self) -> None:
        """Offer neither the customer nor what is below it; keep another owner's parent without naming it."""
        field: Any = self.fields["parent"]
        field.queryset = field.queryset.all()
        if self.instance.parent_id and not in_scope(self.instance.parent, self.request.user):
            field.disabled = True
            field.queryset = Customer.objects.filter(pk=self.instance.parent_id)
            field.label_from_instance = lambda _parent: _("(of another owner)")
            return
        field.error_messages["invalid_choice"] = _("There is no such customer, or it is not one of yours.")
        if not self.instance._state.adding:
            point_autocomplete(field.widget, NOT_BELOW, self.instance.pk)

    def _show_inherited(self) -> None:
        """Where nothing is chosen, say what the group gives."""
        labels = inherited_labels(self._group())
        for name in INHERITED:
            if name in self.fields:
                cast(Any, self.fields[name]).empty_label = labels[name]

    def _group(self) -> CustomerGroup | None:
        chosen = self.data.get("group") if self.is_bound else self.initial.get("group")
        return group_of_address(chosen)

    def _prepare_owner(self) -> None:
        """Who works with own customers only keeps what they make."""
        if "owner" in self.fields and not sees_all(self.request.user):
            self.fields["owner"].disabled = True
            self.initial["owner"] = self.instance.owner_id or self.request.user.pk


def group_of_address(key: Any) -> CustomerGroup | None:
    """The group named by a key from a form or an address, with what it gives."""
    if not str(key or "").isdigit():
        return None
    return CustomerGroup.objects.select_related(*INHERITED).filter(pk=key).first()


def inherited_labels(group: CustomerGroup | None) -> dict[str, str]:
    """What stands in an empty payment term and tax code."""
    given = {name: getattr(group, name, None) for name in INHERITED}
    return {name: FROM_GROUP.format(term=value) if value else str(NO_VALUE) for name, value in given.items()}
