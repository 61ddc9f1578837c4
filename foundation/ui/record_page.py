"""The page a record opens on: what it is about at a glance, in panels that apps register; editing is one click away.

    class CustomerAdmin(RecordPage, …, ModelAdmin):
        record_template = "customers/admin/overview.html"

Lists, links, breadcrumbs and the form's Save lead to it. The panels are those of `app.model` (`foundation.ui.panels`);
with their names in `HX-Target` each is drawn alone, so that a long one can be turned over without the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.ui.links import add_url, record_url
from foundation.ui.pages import Crumb, hub_page
from foundation.ui.panels import draw_panel, draw_panels
from foundation.ui.theme import ModelAdmin, action

if TYPE_CHECKING:
    Base = ModelAdmin
else:
    Base = object

ALONE = "panel-"  # what the address of a panel inside the page begins with


class RecordPage(Base):
    """For a ModelAdmin whose records open on a page instead of on their form."""

    opens_on = "overview"
    record_template = "ui/record_page.html"

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.actions_detail = ["show_overview", *self.actions_detail]

    # --- what a subclass may say ------------------------------------------------------------------------------------

    def record_parents(self, request: HttpRequest, record: Any) -> Sequence[Crumb]:
        """The pages between the list and the record, highest first."""
        return []

    def record_context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """What the template of the page needs beyond the record, its buttons and its panels."""
        return {}

    # --- the page ---------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Add it."""
        view, name = self.admin_site.admin_view(self.overview), f"{self.opts.app_label}_{self.opts.model_name}_overview"
        return [path("<int:object_id>/overview/", view, name=name), *super().get_urls()]

    def overview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show a record; when a panel of it is turned over, that panel alone."""
        record = self._shown(request, object_id)
        target = request.headers.get("HX-Target", "")
        if target.startswith(ALONE):
            return self._panel_alone(request, target.removeprefix(ALONE), record)
        page = self.opts.label_lower
        wide = draw_panels(page, request, record, side=False)
        answer = hub_page(
            request,
            self.record_template,
            title=str(record),
            context={
                "record": record,
                "media": self.media,
                "buttons": self._record_buttons(request, record),
                "wide": wide,
                "is_empty": all(getattr(drawn.part, "always", False) for drawn in wide),
                "narrow": draw_panels(page, request, record, side=True),
                **self.record_context(request, record),
            },
            parents=[self._list_crumb(request), *self.record_parents(request, record)],
        )
        patch_vary_headers(answer, ["HX-Target"])
        return answer

    def _shown(self, request: HttpRequest, object_id: int) -> Any:
        """The record, if this person may see it: 404 for what is not theirs, 403 for who may see none."""
        record = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        if record is None:
            raise Http404
        return record

    def _panel_alone(self, request: HttpRequest, slug: str, record: Any) -> HttpResponse:
        drawn = draw_panel(self.opts.label_lower, slug, request, record)
        answer = render(request, "ui/panels.html", {"panels": [drawn] if drawn else []})
        patch_vary_headers(answer, ["HX-Target"])  # the whole page has the same address
        return answer

    def _list_crumb(self, request: HttpRequest) -> Crumb:
        return capfirst(str(self.opts.verbose_name_plural)), self._record_page_url(request, "changelist")

    def _record_page_url(self, request: HttpRequest, page: str, *args: Any) -> str:
        """A page of this model that knows which list, filtered how, the person came from."""
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)
        kept: dict[str, Any] = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return str(add_preserved_filters(kept, address))

    # --- its buttons ------------------------------------------------------------------------------------------------

    def _record_buttons(self, request: HttpRequest, record: Any) -> list[tuple[Any, str]]:
        """Label and address: edit first, then the buttons of the form (`actions_detail`), the history last."""
        edit = _("Edit") if self.has_change_permission(request, record) else _("All fields")
        names = [name for name in self.actions_detail if name != "show_overview"]
        offered = [getattr(self, name) for name in names]
        prefix = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return [
            (edit, self._record_page_url(request, "change", record.pk)),
            *(
                (method.short_description, reverse(f"{prefix}_{name}", args=[record.pk]))
                for name, method in zip(names, offered, strict=True)
                if self._is_offered(method, request, record)
            ),
            (_("History"), reverse(f"{prefix}_history", args=[record.pk])),
        ]

    def _is_offered(self, method: Any, request: HttpRequest, record: Any) -> bool:
        words = getattr(method, "allowed_permissions", None) or ()
        return all(getattr(self, f"has_{word}_permission")(request, record) for word in words)

    @action(description=gettext_lazy("Overview"), url_path="show-overview", permissions=["view"])
    def show_overview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """From the form back to the page."""
        return HttpResponseRedirect(self._record_page_url(request, "overview", object_id))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Above the form stands the way back; all other buttons are on the page."""
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        context = getattr(answer, "context_data", None) or {}
        back = f"admin:{self.opts.app_label}_{self.opts.model_name}_show_overview"
        for buttons in ("actions_detail", "hub_buttons"):  # what the two looks call them
            if object_id and context.get(buttons):
                address = reverse(back, args=[object_id])
                context[buttons] = [button for button in context[buttons] if button["path"] == address]
        return answer

    # --- the ways to it ---------------------------------------------------------------------------------------------

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """A new record is looked at."""
        return self._opened(request, obj) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """So is a changed one."""
        return self._opened(request, obj) or super().response_post_save_change(request, obj)

    def _opened(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect | None:
        """The way to the record's page, for those who may look at it."""
        if not self.has_view_permission(request, obj):
            return None
        return HttpResponseRedirect(self._record_page_url(request, "overview", obj.pk))


# --- from a record's page to the form of what belongs to it, and back ------------------------------------------------

BACK = "back"


def add_below_url(model: type[Model], **presets: Any) -> str:
    """Address of the form for a new record that belongs to another; saving it leads back to that one's page."""
    return add_url(model, **{**presets, BACK: "owner"})


def edit_below_url(record: Model) -> str:
    """Address of the page of a record that belongs to another; saving its form leads back to that one's page."""
    return f"{record_url(record)}?{BACK}=owner"


class BelowRecordPage(Base):
    """For a ModelAdmin of what belongs to a record with a page of its own: back there, where one came from there."""

    back_field = ""  # the key to that record

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back, or on to the list."""
        return self._back(request, obj) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back, or on to the list."""
        return self._back(request, obj) or super().response_post_save_change(request, obj)

    def _back(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect | None:
        owner = getattr(obj, self.back_field) if request.GET.get(BACK) == "owner" else None
        if owner is None or not admin.site._registry[type(owner)].has_view_permission(request, owner):
            return None
        return HttpResponseRedirect(record_url(owner))
