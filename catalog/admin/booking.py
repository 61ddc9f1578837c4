"""Stock on the page of a product: the panel, the page that books, the page of its history."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.booking_form import BookForm
from catalog.admin.product_columns import stock_marks
from catalog.admin.product_filters import is_key
from catalog.figures import plain, signed
from catalog.models import Product, StockLevel, StockMovement, Warehouse
from catalog.selectors.stock import holdings, levels_in_primary, running_totals
from foundation.ui.links import changelist_url, record_url
from foundation.ui.pages import hub_page
from foundation.ui.theme import action

LAST = 5  # movements on the product's page
A_PAGE = 50


@dataclass(frozen=True)
class Line:
    """A movement as a row of a table."""

    movement: StockMovement
    after: Decimal

    @property
    def amount(self) -> str:
        """What came or left."""
        return signed(self.movement.quantity)

    @property
    def unit(self) -> str:
        """What they are called."""
        return self.movement.unit.word(self.movement.quantity)

    @property
    def level(self) -> str:
        """What lay there afterwards."""
        return plain(self.after)

    @property
    def is_short(self) -> bool:
        """Whether less than nothing lay there afterwards."""
        return self.after < 0


def lines_of(movements: list[StockMovement]) -> list[Line]:
    """Movements of one product with what the level was after each."""
    totals = running_totals(movements)
    return [Line(movement, totals[movement.pk]) for movement in movements]


def stock_panel(request: HttpRequest, product: Product) -> dict[str, Any] | None:
    """What the product's page shows of its stock."""
    if not request.user.has_perm("catalog.view_stocklevel"):
        return None
    levels = levels_in_primary(StockLevel.objects.filter(product=product)).select_related("warehouse", "unit")
    found = holdings(levels.order_by("warehouse__code", "unit__code"))
    total = sum((one.total for one in found), Decimal(0))
    movements = _movements(product) if request.user.has_perm("catalog.view_stockmovement") else []
    return {
        "product": product,
        "holdings": [(one, plain(one.total), [_kept_as(level) for level in one.levels]) for one in found],
        "total": plain(total),
        "unit": product.unit.word(total),
        "marks": stock_marks(product, total, found),
        "lines": lines_of(list(movements[:LAST])),
        "form": _panel_form(request, product),
    }


def _kept_as(level: StockLevel) -> tuple[str, str]:
    return plain(level.quantity), level.unit.word(level.quantity)


def _panel_form(request: HttpRequest, product: Product) -> BookForm | None:
    may_book = request.user.has_perm("catalog.add_stockmovement") and Warehouse.objects.filter(is_active=True).exists()
    return BookForm(product=product, user=request.user, auto_id="book_%s") if may_book else None  # type: ignore[arg-type]


def _movements(product: Product) -> Any:
    return StockMovement.objects.filter(product=product).select_related("warehouse", "unit", "booked_by")


def _warehouses(product: Product) -> Any:
    """Where the product has ever been."""
    return Warehouse.objects.filter(pk__in=StockLevel.objects.filter(product=product).values("warehouse"))


class StockPages:
    """For the ModelAdmin of products."""

    @action(description=gettext_lazy("Book stock"), permissions=["book_stock"], url_path="book-stock")
    def book_stock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Book what came, left or was counted."""
        product = self._product(request, object_id)
        form = BookForm(request.POST or None, product=product, user=request.user, initial=_initial(request))  # type: ignore[arg-type]
        if form.is_bound and form.is_valid() and _book(request, form):
            return redirect(record_url(product))
        form.renew_key()
        context = {"form": form, "product": product, "back": record_url(product)}
        page = "catalog/admin/book_stock.html"
        return hub_page(request, page, title=_("Book stock"), context=context, parents=_parents(product))

    @action(description=gettext_lazy("Stock history"), permissions=["view_stock"], url_path="stock-history")
    def stock_history(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Every movement of the product with who booked it and what lay there afterwards."""
        product = self._product(request, object_id)
        chosen = {name: request.GET.get(name, "") for name in ("warehouse", "kind")}
        movements = _movements(product).order_by("-pk")
        if is_key(chosen["warehouse"]):
            movements = movements.filter(warehouse=int(chosen["warehouse"]))
        if chosen["kind"] in StockMovement.Kind.values:
            movements = movements.filter(kind=chosen["kind"])
        page = Paginator(movements, A_PAGE).get_page(request.GET.get("page"))
        context = {
            "page_of": page,
            "lines": lines_of(list(page.object_list)),
            "warehouses": [
                (str(one.pk), str(one)) for one in Warehouse.objects.filter(stock__product=product).distinct()
            ],
            "kinds": StockMovement.Kind.choices,
            "chosen": chosen,
            "product": product,
            "may_book": request.user.has_perm("catalog.add_stockmovement"),
        }
        title = _("Stock history")
        template = "catalog/admin/stock_history.html"
        return hub_page(request, template, title=title, context=context, parents=_parents(product))

    def _product(self, request: HttpRequest, object_id: str) -> Product:
        product: Product | None = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if product is None:
            raise Http404
        if not self.has_view_permission(request, product):  # type: ignore[attr-defined]
            raise PermissionDenied
        return product


def _initial(request: HttpRequest) -> dict[str, Any]:
    warehouse = request.GET.get("warehouse", "")
    return {"warehouse": int(warehouse)} if is_key(warehouse) else {}


def _parents(product: Product) -> list[tuple[Any, str]]:
    return [(_("Products"), changelist_url(Product)), (str(product), record_url(product))]


def _book(request: HttpRequest, form: BookForm) -> bool:
    """Book, and say so; tell whether it went well, else the form has the sentence."""
    is_new = not StockMovement.objects.filter(key=form.cleaned_data["key"]).exists()
    try:
        booked = form.book()
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    unit, warehouse = form.cleaned_data["unit"], form.cleaned_data["warehouse"]
    names = {"quantity": signed(booked), "unit": unit.word(booked), "warehouse": warehouse}
    if not is_new:
        messages.info(request, _("This was booked already; nothing was booked twice."))
    elif not booked:
        messages.info(request, _("The count is what the hub knew: there was nothing to book."))
    else:
        messages.success(request, _("Booked: %(quantity)s %(unit)s, %(warehouse)s.") % names)
    return True


def history_url(product: Product) -> str:
    """Address of a product's stock history."""
    return reverse("admin:catalog_product_stock_history", args=[product.pk])
