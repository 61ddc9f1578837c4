"""The pages on which people work with the prices of a list: the table, a pasted block, a change by per cent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.admin.price_forms import PasteForm, PercentForm, PriceFilterForm
from catalog.admin.price_table import PriceTable
from catalog.models import Price, PriceList
from catalog.services.price_changes import (
    CHANGED,
    PercentChange,
    change_take_back,
    percent_apply,
    percent_preview,
    recent_changes,
)
from catalog.services.price_pasting import block_check, block_save
from foundation.changes.models import AuditEvent
from foundation.ui.pages import Crumb, confirm_page, hub_page, is_confirmed

SAMPLE = 50  # rows of a preview
MEDIA = "catalog/prices.css"


def prices_url(price_list: PriceList, page: str = "prices", query: str = "") -> str:
    """Address of a page about the prices of a list."""
    address = reverse(f"admin:catalog_pricelist_{page}", args=[price_list.pk])
    return f"{address}?{query}" if query else address


def file_urls(request: HttpRequest, price_list: PriceList) -> dict[str, str]:
    """Where the prices of a list come in and go out by file, for those who may."""
    pages = {"import": f"into={price_list.pk}", "export": f"price_list__id__exact={price_list.pk}"}
    return {
        f"{name}_url": f"{reverse(f'admin:catalog_price_{name}_button')}?{query}"
        for name, query in pages.items()
        if request.user.has_perm(f"catalog.{name}_price")
    }


class PriceListPages:
    """Mixed into the ModelAdmin of price lists."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Add the pages."""
        pages = {
            "prices/": (self.prices_page, "prices"),
            "prices/paste/": (self.paste_page, "prices_paste"),
            "prices/percent/": (self.percent_page, "prices_percent"),
            "prices/take-back/<int:event_id>/": (self.take_back_page, "prices_take_back"),
        }
        own = [
            path(f"<int:object_id>/{address}", self.admin_site.admin_view(view), name=f"catalog_pricelist_{name}")
            for address, (view, name) in pages.items()
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    # --- the table --------------------------------------------------------------------------------------------------

    def prices_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Prices page by page, to be changed in their rows."""
        price_list = self._price_list(request, object_id, "view")
        table = PriceTable(request, price_list)
        if request.method == "POST" and (done := table.save()):
            messages.success(request, done)
            return redirect(request.get_full_path())
        context = table.context() | {
            "recent": recent_changes(price_list),
            "paste_url": prices_url(price_list, "prices_paste"),
            "percent_url": prices_url(price_list, "prices_percent", request.GET.urlencode()),
        }
        context |= file_urls(request, price_list)
        return self._page(request, "prices", price_list, _("Prices"), context, status=422 if table.is_refused else 200)

    # --- a block ----------------------------------------------------------------------------------------------------

    def paste_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Paste a block, look at what it would do, save it."""
        price_list = self._price_list(request, object_id, "add", "change")
        form = PasteForm(request.POST or None)
        block = None
        if form.is_valid():
            pasted = {"text": form.cleaned_data["text"], "numbers": form.cleaned_data["numbers"]}
            try:
                if is_confirmed(request):
                    block = block_save(
                        price_list=price_list, **pasted, seal=request.POST.get("seal", ""), actor=request.user
                    )
                    messages.success(request, _saved(len(block.writes)))
                    return redirect(prices_url(price_list))
                block = block_check(price_list=price_list, **pasted)
            except ValidationError as refusal:
                form.add_error("text", refusal)
                block = block_check(price_list=price_list, **pasted) if refusal_is_stale(refusal) else None
        context = {"form": form, "pasted": block, "kinds": _kinds(block), "back": prices_url(price_list)}
        return self._page(request, "prices_paste", price_list, _("Paste prices"), context)

    # --- per cent ---------------------------------------------------------------------------------------------------

    def percent_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Change the filtered prices by per cent: the form, then old and new, then done."""
        price_list = self._price_list(request, object_id, "change")
        filters = PriceFilterForm(request.GET, price_list=price_list)
        rows = filters.rows()
        form = PercentForm(request.POST or None)
        preview = None
        if form.is_valid():
            change = PercentChange(form.cleaned_data["percent"], form.cleaned_data["decimals"])
            try:
                if is_confirmed(request):
                    seal = request.POST.get("seal", "")
                    changed = percent_apply(
                        price_list=price_list, prices=rows, change=change, seal=seal, actor=request.user
                    )
                    messages.success(request, _saved(changed))
                    return redirect(prices_url(price_list, query=request.GET.urlencode()))
            except ValidationError as refusal:
                form.add_error(None, refusal)
            preview = self._percent_preview(rows, change, form)
        context = {
            "form": form,
            "preview": preview,
            "filters": filters,
            "total": None if preview else rows.count(),
            "back": prices_url(price_list, query=request.GET.urlencode()),
        }
        return self._page(request, "prices_percent", price_list, _("Change by per cent"), context)

    def _percent_preview(self, rows: Any, change: PercentChange, form: PercentForm) -> Any:
        shown = rows.select_related("product", "unit").order_by("product_id", "unit_id", "currency", "quantity")
        try:
            return percent_preview(prices=shown, change=change, sample=SAMPLE)
        except ValidationError as refusal:
            form.add_error("percent", refusal)
            return None

    # --- taking back ------------------------------------------------------------------------------------------------

    def take_back_page(self, request: HttpRequest, object_id: int, event_id: int) -> HttpResponse:
        """Ask, then undo a change of many prices."""
        price_list = self._price_list(request, object_id, "change", "delete")
        event = AuditEvent.objects.filter(kind=CHANGED, subject_key=str(price_list.pk), pk=event_id).first()
        if event is None:
            raise Http404
        if is_confirmed(request):
            back, left = change_take_back(price_list=price_list, event=event, actor=request.user)
            messages.success(request, ngettext("%d price went back.", "%d prices went back.", back) % back)
            if left:
                messages.warning(request, _("%d were changed since and stay as they are.") % left)
            return redirect(prices_url(price_list))
        return confirm_page(
            request,
            title=_("Take back"),
            question=_("Give these prices back what they were before?"),
            counts=[(_("Prices"), event.detail.get("prices", 0))],
            details=[_("Prices that somebody changed since stay as they are.")],
            submit=_("Take back"),
            cancel_url=prices_url(price_list),
            parents=[*_parents(price_list), (_("Prices"), prices_url(price_list))],
        )

    # --- what they share --------------------------------------------------------------------------------------------

    def _price_list(self, request: HttpRequest, object_id: int, *verbs: str) -> PriceList:
        """The list, if this person may do that with its prices."""
        found: PriceList | None = self.get_object(request, str(object_id))  # type: ignore[attr-defined]
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found) or not may(request, *verbs):  # type: ignore[attr-defined]
            raise PermissionDenied
        return found

    def _page(
        self,
        request: HttpRequest,
        template: str,
        price_list: PriceList,
        title: str,
        context: dict[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        parents = _parents(price_list)
        if template != "prices":
            parents = [*parents, (_("Prices"), prices_url(price_list))]
        return hub_page(
            request,
            f"catalog/admin/{template}.html",
            title=title,
            context={"price_list": price_list, "may_add": may(request, "add", "change"), **context},
            parents=parents,
            status=status,
        )


def may(request: HttpRequest, *verbs: str) -> bool:
    """Whether this person may do all that with prices."""
    return all(request.user.has_perm(f"catalog.{verb}_{Price._meta.model_name}") for verb in verbs)


def refusal_is_stale(refusal: ValidationError) -> bool:
    """Whether what was refused is fine to be shown and confirmed anew."""
    return getattr(refusal, "code", "") == "stale"


def _parents(price_list: PriceList) -> Sequence[Crumb]:
    lists = (_("Price lists"), reverse("admin:catalog_pricelist_changelist"))
    return [lists, (price_list.name, reverse("admin:catalog_pricelist_change", args=[price_list.pk]))]


def _saved(count: int) -> str:
    return ngettext("%d price was saved.", "%d prices were saved.", count) % count


def _kinds(block: Any) -> list[tuple[str, int, str]]:
    """Tiles above the preview of a block."""
    if block is None:
        return []
    words = {"new": _("New"), "changed": _("Changed"), "unchanged": _("As they are"), "wrong": _("Wrong")}
    counts = [(label, len(block.of(kind)), kind) for kind, label in words.items()]
    return [(label, count, "bad" if kind == "wrong" and count else "") for label, count, kind in counts]
