"""History and restore on a record's admin pages, in place of Django's log of its own forms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.changes.admin.guard import FieldGuard
from foundation.changes.history import restore
from foundation.changes.history.entries import by_set, describe, name_of_row, newest_first
from foundation.changes.history.records import PAGE, children_of, record_changes
from foundation.changes.models import Change
from foundation.changes.tracking import tracked_models
from foundation.ui.markup import diff
from foundation.ui.pages import Crumb, confirm_page, hub_page, is_confirmed
from foundation.ui.theme import ModelAdmin, Textarea, action


class ReasonForm(forms.Form):
    """Why something is put back; kept with the change."""

    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=500, widget=Textarea({"rows": 2}))


if TYPE_CHECKING:
    Base = ModelAdmin
else:
    Base = object


class HistoryMixin(Base):
    """For a ModelAdmin of a tracked model.

    `history_children` names reverse relations (or many-to-many fields) whose records are shown with their owner's.
    """

    history_children: Sequence[str] = ()

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.actions_list = [*self.actions_list, "recently_deleted"]

    # The ledger knows all of this and more; a second log would only tell half of it (docs/adr/0005).

    def log_addition(self, *_args: Any) -> Any:
        """Nothing: the ledger has it."""

    def log_change(self, *_args: Any) -> Any:
        """Nothing: the ledger has it."""

    def log_deletions(self, *_args: Any) -> Any:
        """Nothing: the ledger has it."""

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that put something back."""
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path("<path:object_id>/history/<int:change_id>/restore/", view(self.restore_view), name=f"{name}_restore"),
            path("deleted/<int:change_id>/", view(self.deleted_view), name=f"{name}_deleted"),
            path("deleted/<int:change_id>/restore/", view(self.return_view), name=f"{name}_return"),
        ]
        return own + super().get_urls()

    # --- history ----------------------------------------------------------------------------------------------------

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What happened to the record and to what belongs to it, newest first."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404(_("There is no such record; if it was deleted, look under “Recently deleted”."))
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        may_restore = self.has_change_permission(request, record)
        restore_url = partial(self._restore_url, record.pk) if may_restore else None
        title = _("History of %(record)s") % {"record": record}
        return self._history_page(request, record.pk, title, self._crumbs(record), restore_url)

    def _history_page(
        self, request: HttpRequest, key: int, title: str, parents: list[Crumb], restore_url: Any = None
    ) -> HttpResponse:
        found, older = page_of(self._changes(key), request)
        entries = describe(found, request)
        for entry in entries:
            if restore_url and entry.model is not None and entry.change.operation != Change.Operation.INSERT:
                entry.restore_url = restore_url(entry.change.pk)
        own = (self.opts.db_table, key)
        context = {"groups": by_set(entries), "own": own, "older": older, "is_first_page": "before" not in request.GET}
        return hub_page(request, "changes/history.html", title=title, context=context, parents=parents)

    def _changes(self, key: int) -> QuerySet[Change]:
        return record_changes(self.model, key, children_of(self.model, self.history_children))

    def _crumbs(self, record: Any = None) -> list[Crumb]:
        crumbs: list[Crumb] = [(capfirst(str(self.opts.verbose_name_plural)), self._url("changelist"))]
        return crumbs if record is None else [*crumbs, (str(record), self._url("change", record.pk))]

    def _url(self, page: str, *args: Any) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def _restore_url(self, key: int, change_id: int) -> str:
        return self._url("restore", key, change_id)

    # --- restore ----------------------------------------------------------------------------------------------------

    def save_restored(self, request: HttpRequest, record: models.Model) -> None:
        """Save a record whose former values were put back and checked; override to call a service."""
        record.save()

    def restore_view(self, request: HttpRequest, object_id: str, change_id: int) -> HttpResponse:
        """Ask, then put back what a change of this record or of one of its children overwrote or deleted."""
        record = self.get_object(request, unquote(object_id))
        change = self._changes(record.pk).filter(pk=change_id).first() if record is not None else None
        if record is None or change is None or change.operation == Change.Operation.INSERT:
            raise Http404
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        back = self._url("history", record.pk)
        if change.operation == Change.Operation.DELETE:
            return self._return(request, change, back=back, parents=self._crumbs(record))
        return self._put_back(request, change, record, back)

    def _put_back(self, request: HttpRequest, change: Change, record: models.Model, back: str) -> HttpResponse:
        rows = tracked_models()[change.table]._base_manager.filter(pk=change.key)
        target = (rows.select_for_update(of=("self",)) if is_confirmed(request) else rows).first()
        if target is None:
            return self._refuse(request, [_("The record was deleted since: restore it first.")], back)
        guard = FieldGuard(self, request, record, target)
        only = request.GET.get("field", "")
        plan = restore.plan_values(change, target, may_set=guard.refusal, only=only, request=request)
        if not plan.values:
            nothing = [] if plan.refused else [_("There is nothing to restore: these values stand as they were.")]
            return self._refuse(request, [*plan.refused, *nothing], back)
        if not is_confirmed(request):
            return self._ask(request, target, plan, back, self._crumbs(record))
        return self._do(request, back, change, lambda: plan.apply(guard.save), target)

    def _ask(
        self, request: HttpRequest, target: models.Model, plan: restore.ValuePlan, back: str, parents: list[Crumb]
    ) -> HttpResponse:
        lines: list[Any] = [format_html("{}: {}", one.label, diff(one.old, one.new)) for one in plan.shown]
        lines += [_("Stays as it is: %(why)s") % {"why": refused} for refused in plan.refused]
        return confirm_page(
            request,
            title=_("Restore former values"),
            question=_("Put these values of “%(record)s” back?") % {"record": target},
            details=lines,
            submit=_("Restore"),
            cancel_url=back,
            form=ReasonForm(),
            parents=[*parents, (_("History"), back)],
        )

    def _do(self, request: HttpRequest, back: str, change: Change, work: Any, target: Any = None) -> HttpResponse:
        reason = _reason(request, change)
        try:
            with restore.undoing(reason):
                work()
        except ValidationError as error:
            return self._refuse(request, restore.sentences(error, target), back)
        messages.success(request, _("Restored."))
        return HttpResponseRedirect(back)

    def _refuse(self, request: HttpRequest, why: Sequence[str], back: str) -> HttpResponse:
        for sentence in why:
            messages.error(request, sentence)
        return HttpResponseRedirect(back)

    # --- deleted records --------------------------------------------------------------------------------------------

    def deleted_changes(self, request: HttpRequest) -> QuerySet[Change]:
        """Deletions of this model's records that the person may know of; narrow it where they may not see every row."""
        return Change.objects.filter(table=self.opts.db_table, operation=Change.Operation.DELETE)

    @action(description=gettext_lazy("Recently deleted"), url_path="deleted", permissions=["view"])
    def recently_deleted(self, request: HttpRequest) -> HttpResponse:
        """Records that were deleted, newest first, each with a way back."""
        found, older = page_of(newest_first(self.deleted_changes(request)), request)
        entries = describe(found, request)
        context = {
            "groups": by_set(entries),
            "older": older,
            "is_first_page": "before" not in request.GET,
            "may_return": self.has_add_permission(request),
            "history": f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_deleted",
            "return": f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_return",
        }
        title = _("Recently deleted: %(records)s") % {"records": self.opts.verbose_name_plural}
        return hub_page(request, "changes/deleted.html", title=title, context=context, parents=self._crumbs())

    def deleted_view(self, request: HttpRequest, change_id: int) -> HttpResponse:
        """What happened to a record that is gone."""
        change = self._deleted(request, change_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        title = _("History of %(record)s") % {"record": name_of_row(self.model, change.before or {})}
        parents = [*self._crumbs(), (_("Recently deleted"), self._url("recently_deleted"))]
        return self._history_page(request, change.key, title, parents)

    def _deleted(self, request: HttpRequest, change_id: int) -> Change:
        change = self.deleted_changes(request).filter(pk=change_id).first()
        if change is None:
            raise Http404
        return change

    def return_view(self, request: HttpRequest, change_id: int) -> HttpResponse:
        """Ask, then make a deleted record again."""
        change, back = self._deleted(request, change_id), self._url("recently_deleted")
        return self._return(request, change, back=back, parents=self._crumbs(), to_history=True)

    def _return(
        self, request: HttpRequest, change: Change, *, back: str, parents: list[Crumb], to_history: bool = False
    ) -> HttpResponse:
        try:
            plan = restore.plan_return(change)
        except restore.RestoreError as error:
            return self._refuse(request, [str(error)], back)
        if missing := _missing_permissions(request, plan):
            return self._refuse(request, missing, back)
        if is_confirmed(request):
            done = self._url("history", change.key) if to_history else back
            answer = self._do(request, done, change, plan.apply)
            return answer if not to_history or self._exists(change) else HttpResponseRedirect(back)
        name = name_of_row(tracked_models()[change.table], change.before or {}) or f"#{change.key}"
        return confirm_page(
            request,
            title=_("Restore a deleted record"),
            question=_("Bring “%(name)s” back?") % {"name": name},
            details=plan.names(),
            submit=_("Restore"),
            cancel_url=back,
            form=ReasonForm(),
            parents=[*parents, (_("History"), back)],
        )

    def _exists(self, change: Change) -> bool:
        return tracked_models()[change.table]._base_manager.filter(pk=change.key).exists()


def page_of(changes: QuerySet[Change], request: HttpRequest) -> tuple[list[Change], int | None]:
    """Return the changes before the number in the address, and the number at which older ones begin."""
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 19:
        changes = changes.filter(pk__lt=int(before))
    found = list(changes[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def _reason(request: HttpRequest, change: Change) -> str:
    form = ReasonForm(request.POST)
    why = form.cleaned_data["reason"] if form.is_valid() else ""
    what = _("Restored from change %(number)s") % {"number": change.pk}
    return f"{what}: {why}" if why else what


def _missing_permissions(request: HttpRequest, plan: restore.ReturnPlan) -> list[str]:
    """Who brings records back adds them."""
    kinds = [
        m._meta for m in plan.kinds() if not request.user.has_perm(f"{m._meta.app_label}.add_{m._meta.model_name}")
    ]
    return [_("You may not add %(records)s.") % {"records": kind.verbose_name_plural} for kind in kinds]


class TrackedModelAdmin(HistoryMixin, ModelAdmin):
    """A tracked record in the admin."""
