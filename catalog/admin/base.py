"""What the pages of the catalogue have in common."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog.figures import count_text
from catalog.models import Product
from foundation.changes.refused import RefusedAdmin
from foundation.ui.links import changelist_url
from foundation.ui.theme import display


class PlainFigures:
    """Mixed into a form: figures are shown without zeros at their end."""

    initial: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[name] = Decimal(f"{value.normalize():f}")


class CatalogAdmin(RefusedAdmin):
    """A record of this app, with the panels of its page below the form."""

    change_form_template = "catalog/admin/change_form.html"

    class Media:
        css = {"all": ["catalog/catalog.css"]}

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Say which panels the form has: none where the record has a page of its own."""
        context["page"] = self.opts.label_lower if self.opens_on == "change" else ""
        return super().render_change_form(request, context, add, change, form_url, obj)

    # What buttons ask, as methods: Unfold looks dotted permissions up before a new database has its tables.

    def has_view_stock_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May look at stock."""
        return request.user.has_perm("catalog.view_stockmovement")

    def has_book_stock_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May book stock."""
        return request.user.has_perm("catalog.add_stockmovement")


class WithProducts:
    """For a ModelAdmin of what products refer to: how many do, with a link to them."""

    product_field: str
    product_filter: str

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count products, one index scan per row of the page."""
        rows = Product.objects.filter(**{self.product_field: OuterRef("pk")}).order_by()
        number = rows.values(self.product_field).annotate(n=Count("pk")).values("n")
        counted = Coalesce(Subquery(number, output_field=IntegerField()), 0)
        return super().get_queryset(request).annotate(product_count=counted)  # type: ignore[misc]

    @display(description=_("Products"))
    def products_link(self, record: Any) -> str:
        """Their number, leading to their list."""
        url = changelist_url(Product, **{self.product_filter: record.pk})
        return format_html('<a href="{}">{}</a>', url, count_text(record.product_count))
