"""The page of a customer: everything about one company at a glance. What it shows are panels that apps register."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy

from customers.admin.base import changelist_url
from customers.models import Customer
from foundation.ui.pages import hub_page
from foundation.ui.panels import draw_panel

PAGE = "customers.customer"  # where panels are registered


def overview_url(customer: Customer) -> str:
    """Address of a customer's page."""
    return reverse("admin:customers_customer_overview", args=[customer.pk])


def _panel_alone(request: HttpRequest, slug: str, customer: Customer) -> HttpResponse:
    drawn = draw_panel(PAGE, slug, request, customer)
    response = render(request, "ui/panels.html", {"panels": [drawn] if drawn else []})
    patch_vary_headers(response, ["HX-Target"])  # the whole page has the same address
    return response


class OverviewPage:
    """For the ModelAdmin of customers: the page a customer opens on."""

    def get_urls(self) -> list[URLPattern]:
        """Add it."""
        view = self.admin_site.admin_view(self.overview)  # type: ignore[attr-defined]
        own = path("<int:object_id>/overview/", view, name="customers_customer_overview")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def overview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show a customer; when a panel is turned over, that panel alone."""
        customer = self._shown(request, object_id)
        target = request.headers.get("HX-Target", "")
        if target.startswith("panel-"):
            return _panel_alone(request, target.removeprefix("panel-"), customer)
        return hub_page(
            request,
            "customers/admin/overview.html",
            title=customer.name,
            context={"customer": customer, "page": PAGE, "may_change": self._may_change(request, customer)},
            parents=[(gettext_lazy("Customers"), changelist_url(Customer))],
        )

    def _shown(self, request: HttpRequest, object_id: int) -> Customer:
        """The customer, if this person may see it: 404 for those of others, 403 for who may see none."""
        customer = self.get_object(request, str(object_id))  # type: ignore[attr-defined]
        if not self.has_view_permission(request, customer):  # type: ignore[attr-defined]
            raise PermissionDenied
        if customer is None:
            raise Http404
        return customer  # type: ignore[no-any-return]

    def _may_change(self, request: HttpRequest, customer: Any) -> bool:
        return bool(self.has_change_permission(request, customer))  # type: ignore[attr-defined]
