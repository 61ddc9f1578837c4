"""What the pages of this app have in common: refusals said on the form, links between the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from customers.admin.inlines import RecordInline
from customers.admin.scope import ScopedChoicesMixin
from foundation.changes.refused import RefusedAdmin, RefusedForm
from foundation.ui.links import NOTHING, add_url, change_url, changelist_url, may_view, record_link, record_url

__all__ = [
    "NOTHING",
    "CustomersAdmin",
    "CustomersForm",
    "add_url",
    "change_url",
    "changelist_url",
    "may_view",
    "record_link",
    "record_url",
]


class CustomersForm(RefusedForm):
    """The form of a record of this app."""


class CustomersAdmin(ScopedChoicesMixin, RefusedAdmin):
    """A record of this app: what only the database can refuse comes back as a sentence on the form, nothing lost."""

    form = CustomersForm

    class Media:
        js = ["customers/forms.js"]
        css = {"all": ["customers/forms.css"]}

    # What buttons ask. Unfold looks dotted permissions up in the database while Django checks itself, which a new
    # database has no tables for; a method is asked when the button is drawn.

    def has_add_customer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May make customers."""
        return request.user.has_perm("customers.add_customer")

    def has_change_customer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May change customers."""
        return request.user.has_perm("customers.change_customer")

    def has_view_customer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May look at customers."""
        return request.user.has_perm("customers.view_customer")

    def has_add_contact_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May make contacts."""
        return request.user.has_perm("customers.add_contact")

    def has_change_customersettings_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May change the settings of this app."""
        return request.user.has_perm("customers.change_customersettings")

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Leave long lists to pages of their own."""
        inlines = super().get_inline_instances(request, obj)
        return inlines if obj is None else [inline for inline in inlines if not self._is_long(request, inline, obj)]

    def _is_long(self, request: HttpRequest, inline: Any, obj: Any) -> bool:
        known: dict[type[Any], bool] = request.__dict__.setdefault("hub_long_lists", {})
        if type(inline) not in known:
            known[type(inline)] = isinstance(inline, RecordInline) and inline.is_long(request, obj)
        return known[type(inline)]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Say where the long lists are, and which panels the form has: none where the record has a page of its own."""
        context["long_lists"] = self._long_lists(request, obj) if obj else []
        context["page"] = self.opts.label_lower if self.opens_on == "change" else ""
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _long_lists(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        inlines: list[Any] = super().get_inline_instances(request, obj)
        return [
            {
                "title": inline.verbose_name_plural or inline.model._meta.verbose_name_plural,
                "count": inline.count(obj),
                "url": changelist_url(inline.model, **{inline.long_list: obj.pk}),
            }
            for inline in inlines
            if self._is_long(request, inline, obj)
        ]
