"""The table of a list's prices: a page of it, what was typed into it, what came of saving it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from catalog.admin.price_forms import PriceAddForm, PriceFilterForm, PriceRowForm
from catalog.models import Price, PriceList
from catalog.money import amount_text, quantity_text
from catalog.services.prices import PriceEdit, PriceRow, StalePricesError, price_add, prices_save
from foundation.changes.models import Change
from foundation.ui.biglist import EstimatedPaginator

PER_PAGE = 50
BY_SKU = ("product__sku", "product__name", "product", "unit__code", "currency", "quantity")
BY_INDEX = ("product_id", "unit_id", "currency", "quantity")  # a long list follows the index of its constraint


class PriceTable:
    """One page of prices."""

    def __init__(self, request: HttpRequest, price_list: PriceList) -> None:
        self.request, self.price_list = request, price_list
        self.filters = PriceFilterForm(request.GET, price_list=price_list)
        self.errors: list[str] = []
        self.is_refused = False
        user = request.user
        self.may = {verb: user.has_perm(f"catalog.{verb}_price") for verb in ("add", "change", "delete")}

    # --- drawing ----------------------------------------------------------------------------------------------------

    def context(self) -> dict[str, Any]:
        """What the template needs."""
        return {
            "filters": self.filters,
            "page": self.page,
            "forms": self._sent_forms if self.is_refused and self._is_rows else self._forms(),
            "add_form": self.add_form if self.may["add"] else None,
            "errors": self.errors,
            "may": self.may,
            "sends_rows": self.may["change"] or self.may["delete"],
        }

    @cached_property
    def page(self) -> Any:
        """The page that was asked for."""
        rows = self.filters.rows().select_related("product", "unit")
        paginator = EstimatedPaginator(rows, PER_PAGE)
        paginator.object_list = rows.order_by(*(BY_INDEX if paginator.is_estimate else BY_SKU))
        return paginator.get_page(self.request.GET.get("page"))

    @cached_property
    def add_form(self) -> PriceAddForm:
        """The form for a new price; as it was sent where that was refused."""
        data = self.request.POST if self.request.method == "POST" and not self._is_rows else None
        return PriceAddForm(data, price_list=self.price_list)

    @property
    def _is_rows(self) -> bool:
        return "add" not in self.request.POST

    def _forms(self) -> list[PriceRowForm]:
        return [self._form(price) for price in self.page.object_list]

    def _form(self, price: Price, data: Any = None) -> PriceRowForm:
        return PriceRowForm(data, price=price, may_change=self.may["change"], may_delete=self.may["delete"])

    # --- saving -----------------------------------------------------------------------------------------------------

    def save(self) -> str:
        """Save what was sent; return what to say, or nothing where it was refused."""
        done = self._save_rows() if self._is_rows else self._add()
        self.is_refused = not done
        return done

    def _add(self) -> str:
        if not self.may["add"] or not self.add_form.is_valid():
            return ""
        values = self.add_form.cleaned_data
        values["unit"] = values["unit"] or values["product"].unit
        try:
            price = price_add(price_list=self.price_list, row=PriceRow(**values))
        except ValidationError as refusal:
            for field, sentences in _by_field(refusal).items():
                self.add_form.add_error(field if field in self.add_form.fields else None, sentences)
            return ""
        return _("Added: %(product)s, %(price)s.") % {"product": price.product, "price": price}

    @cached_property
    def _sent_forms(self) -> list[PriceRowForm]:
        """The rows that were sent, as they were typed, over what the database has now."""
        keys = [int(key) for key in self.request.POST.getlist("row") if key.isdecimal()][: 4 * PER_PAGE]
        rows = Price.objects.filter(price_list=self.price_list, edition=self.price_list.edition)
        found = rows.select_related("product", "unit").in_bulk(keys)
        if len(found) < len(keys):
            self.errors.append(
                _("Nothing was saved: prices that you were shown are gone. The others are as you left them.")
            )
        return [self._form(found[key], self.request.POST) for key in keys if key in found]

    def _save_rows(self) -> str:
        sent = self._sent_forms
        edited = [form for form in sent if form.is_edited]
        wrong = [form for form in edited if not form.is_valid()]  # every one is asked, so that all errors show
        if self.errors or wrong:
            self.errors = self.errors or [_("Nothing was saved: please mend the marked prices.")]
            return ""
        if not edited:
            return _("Nothing was changed.")
        try:
            changed, deleted = prices_save(price_list=self.price_list, edits=[_edit(form) for form in edited])
        except StalePricesError as stale:
            self._explain_stale(stale)
            return ""
        except ValidationError as refusal:
            self.errors = [_("Nothing was saved."), *refusal.messages]
            return ""
        return _("Saved: %(changed)d changed, %(deleted)d deleted.") % {"changed": changed, "deleted": deleted}

    def _explain_stale(self, stale: StalePricesError) -> None:
        """Say at each row what it became and through whom, and take the newer version: saving again is a decision."""
        self.errors = [
            _("Nothing was saved: marked prices were changed while you had them open. What you typed is still here."),
            _("Save again to keep yours, or open the page anew to drop them."),
        ]
        people = _who_changed(list(stale.newer))
        data = self.request.POST.copy()
        for key, price in stale.newer.items():
            data[f"p{key}-seen"] = str(price.version)
        for form in self._sent_forms:
            form.data = data
            if newer := stale.newer.get(form.price.pk):
                form.add_error("value", _stale_sentence(newer, people.get(newer.pk, "")))


def _edit(form: PriceRowForm) -> PriceEdit:
    values = form.cleaned_data
    return PriceEdit(
        price=form.price.pk,
        seen_version=values["seen"],
        quantity=values["quantity"],
        value=values["value"],
        is_gone=bool(values.get("gone")),
    )


def _stale_sentence(price: Price, who: str) -> str:
    names = {
        "who": who,
        "value": amount_text(price.value),
        "currency": price.currency,
        "quantity": quantity_text(price.quantity),
    }
    return _("%(who)s made it %(value)s %(currency)s from %(quantity)s on.") % names


def _who_changed(keys: list[int]) -> dict[int, str]:
    """Who changed each of these prices last: one query."""
    changes = Change.objects.filter(table=Price._meta.db_table, key__in=keys).order_by("key", "-id").distinct("key")
    return {change.key: change.set.who for change in changes.select_related("set__actor")}


def _by_field(refusal: ValidationError) -> dict[str, list[str]]:
    return refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
