"""What stands inside the customer's form: addresses, price lists, contacts, notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Model, QuerySet, TextField
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.admin.scope import ScopedChoicesMixin, within_scope
from customers.models import Address, Contact, CustomerPriceList, GroupPriceList, Note
from customers.regions import region_by_name, regions_of
from foundation.changes.inlines import RowForm, TabularFormSet, TwinFormSet, VersionedInline
from foundation.ui.theme import StackedInline, TabularInline, Textarea

LONG = 25  # rows; a longer list is a page of its own

DEFAULT_FLAGS = {"is_default_billing": gettext_lazy("billing"), "is_default_shipping": gettext_lazy("shipping")}


class RecordInline(ScopedChoicesMixin, VersionedInline):
    """Mixed into an inline: rows know their version, and a long list is left to a page of its own."""

    customer_path: str = ""  # to the customer whose owner counts, where the page's own record does not decide
    long_list: str = "customer__id__exact"  # parameter of the list's address that shows all rows
    model: type[Model]
    parent_model: type[Model]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of this person's customers."""
        rows = super().get_queryset(request)  # type: ignore[misc]
        return within_scope(rows, request.user, self.customer_path) if self.customer_path else rows

    def is_long(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the list is too long for the form; a form that was sent with the rows keeps them."""
        prefix = self._prefix()
        if request.method == "POST":
            return f"{prefix}-TOTAL_FORMS" not in request.POST
        return self._rows(obj)[: LONG + 1].count() > LONG

    def count(self, obj: Any) -> int:
        """How many rows there are."""
        return int(self._rows(obj).count())

    def _rows(self, obj: Any) -> Any:
        return getattr(obj, self._prefix()).all()

    def _prefix(self) -> str:
        field = next(f for f in self.model._meta.fields if f.related_model is self.parent_model)
        return str(field.remote_field.related_name)  # type: ignore[union-attr]  # it is a foreign key


class AddressForm(RowForm):
    """An address; a region may be typed by name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "region" in self.fields:  # a name is longer than a code
            field = self.fields["region"]
            field.validators = [one for one in field.validators if not isinstance(one, MaxLengthValidator)]
            field.widget.attrs.pop("maxlength", None)

    def _post_clean(self) -> None:
        """Stacked rows have no place for errors of the row as a whole: say them at its first field."""
        super()._post_clean()  # type: ignore[misc]
        if of_row := self.non_field_errors():
            del self.errors[NON_FIELD_ERRORS]
            self.add_error(next(iter(self.fields)), ValidationError(list(of_row)))

    def clean_region(self) -> str:
        """Accept the region's name where its code is meant."""
        typed = str(self.cleaned_data.get("region") or "").strip()
        country = str(self.cleaned_data.get("country") or self.data.get(self.add_prefix("country"), ""))
        known = regions_of(country)
        if typed.upper() in known:
            return typed.upper()
        if f"{country}-{typed.upper()}" in known:
            return f"{country}-{typed.upper()}"
        return region_by_name(country, typed) or typed


StackedFormSet: Any = StackedInline.formset  # type: ignore[misc]  # the look brings one of its own


class AddressFormSet(TwinFormSet, StackedFormSet):
    """The addresses of a customer as one."""

    def clean(self) -> None:
        """One default per type and one primary address; the form does not guess which is meant."""
        super().clean()
        kept = [
            form.cleaned_data
            for form in self.forms
            if hasattr(form, "cleaned_data") and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        doubles = [str(word) for flag, word in DEFAULT_FLAGS.items() if _ticked(kept, flag) > 1]
        problems = []
        if doubles:
            problems.append(_("Several addresses have the same default type %s.") % ", ".join(doubles))
        if _ticked(kept, "is_primary") > 1:
            problems.append(_("Several addresses are marked as primary; only one can be."))
        if problems:
            raise ValidationError(problems)


def _ticked(rows: list[dict[str, Any]], flag: str) -> int:
    return sum(bool(row.get(flag)) for row in rows)


class AddressInline(RecordInline, StackedInline):
    """Billing and shipping addresses."""

    model = Address
    form = AddressForm
    formset = AddressFormSet
    verbose_name_plural = gettext_lazy("Billing and shipping addresses")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("label", "organization"),
                    ("first_name", "last_name"),
                    ("street", "street2"),
                    ("postal_code", "city"),
                    ("country", "region"),
                    ("phone", "region_text"),
                    ("is_billing", "is_default_billing"),
                    ("is_shipping", "is_default_shipping"),
                    "is_primary",
                ]
            },
        )
    ]


class ContactInline(RecordInline, TabularInline):
    """The people of a customer."""

    model = Contact
    form = RowForm
    formset = TabularFormSet
    show_change_link = True
    fields = ["first_name", "last_name", "job_title", "email", "phone", "is_active"]


class PriceListInline(RecordInline, TabularInline):
    """Price lists in the order in which they are asked."""

    form = RowForm
    formset = TabularFormSet
    autocomplete_fields = ["price_list"]
    fields = ["price_list", "position", "merge_allowed"]
    ordering = ["position", "pk"]
    verbose_name = gettext_lazy("price list")
    verbose_name_plural = gettext_lazy("Price lists in order")


class CustomerPriceListInline(PriceListInline):
    """Price lists of a customer."""

    model = CustomerPriceList


class GroupPriceListInline(PriceListInline):
    """Price lists of a group."""

    model = GroupPriceList


class NoteFormSet(TabularFormSet):
    """Notes: whoever writes one is its author."""

    author: Any = None

    def save_new(self, form: forms.ModelForm, commit: bool = True) -> Any:
        """Sign the new note."""
        form.instance.author = self.author
        return super().save_new(form, commit=commit)


class NoteInline(RecordInline, TabularInline):
    """What colleagues should know."""

    model = Note
    form = RowForm
    formset = NoteFormSet
    fields = ["text", "author", "created_at"]
    readonly_fields = ["author", "created_at"]
    formfield_overrides = {TextField: {"widget": Textarea(attrs={"rows": 2})}}

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Tell the formset who is writing."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.author = request.user
        return formset
