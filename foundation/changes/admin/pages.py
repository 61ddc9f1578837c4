"""The pages about a record's past. A class of its own, so that its names never meet those of a ModelAdmin's mixins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.changes.admin.guard import FieldGuard
from foundation.changes.history import restore
from foundation.changes.history.entries import by_set, describe, newest_first
from foundation.changes.history.records import PAGE, Child, children_of, may_see_child, record_changes
from foundation.changes.history.values import former_name
from foundation.changes.models import Change
from foundation.changes.tracking import tracked_models
from foundation.ui.links import record_url
from foundation.ui.markup import diff
from foundation.ui.pages import Crumb, confirm_page, hub_page, is_confirmed
from foundation.ui.theme import Textarea

if TYPE_CHECKING:
    from foundation.changes.admin.history import HistoryMixin


class ReasonForm(forms.Form):
    """Why something is put back; kept with the change."""

    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=500, widget=Textarea({"rows": 2}))


class RecordPages:
    """The pages of one request about records of one ModelAdmin."""

    def __init__(self, owner: HistoryMixin, request: HttpRequest) -> None:
        self.owner, self.request, self.opts = owner, request, owner.opts

    # --- history ----------------------------------------------------------------------------------------------------

    def history(self, object_id: str) -> HttpResponse:
        """Of a record that is there."""
        record = self.owner.get_object(self.request, unquote(object_id))
        if record is None:
            raise Http404(_("There is no such record; if it was deleted, look under “Recently deleted”."))
        if not self.owner.has_view_or_change_permission(self.request, record):
            raise PermissionDenied
        may_restore = self.owner.has_change_permission(self.request, record)
        return self._history_page(record.pk, str(record), self._crumbs(record), may_restore=may_restore)

    def deleted_history(self, change_id: int) -> HttpResponse:
        """Of a record that is gone."""
        change = self._deletion(change_id)
        crumbs = [*self._crumbs(), (_("Recently deleted"), self._url("recently_deleted"))]
        return self._history_page(change.key, former_name(change, self.request), crumbs)

    def _history_page(self, key: int, name: str, crumbs: list[Crumb], *, may_restore: bool = False) -> HttpResponse:
        found, older = page_of(self._changes(key), self.request)
        entries = describe(found, self.request)
        for entry in entries:
            if may_restore and entry.model is not None and self._is_restorable(entry.change):
                entry.restore_url = self._url("restore", key, entry.change.pk)
        context = {"groups": by_set(entries), "own": (self.opts.db_table, key), "older": older}
        title = _("History of %(record)s") % {"record": name}
        return self._page("changes/history.html", title, crumbs, context)

    def _changes(self, key: int) -> QuerySet[Change]:
        return record_changes(self.owner.model, key, self._children)

    @cached_property
    def _children(self) -> list[Child]:
        children = children_of(self.owner.model, self.owner.history_children)
        return [child for child in children if may_see_child(child, self.request.user)]

    # --- deleted records --------------------------------------------------------------------------------------------

    def deleted_list(self) -> HttpResponse:
        """Newest first."""
        found, older = page_of(newest_first(self.owner.deleted_changes(self.request)), self.request)
        context = {
            "groups": by_set(describe(found, self.request)),
            "older": older,
            "may_return": self.owner.can_bring_back and self.owner.has_add_permission(self.request),
            "history": self._name("deleted"),
            "return": self._name("return"),
        }
        title = _("Recently deleted: %(records)s") % {"records": self.opts.verbose_name_plural}
        return self._page("changes/deleted.html", title, self._crumbs(), context)

    def bring_back(self, change_id: int) -> HttpResponse:
        """Ask, then make the record again, and go to its history."""
        change, back = self._deletion(change_id), self._url("recently_deleted")
        if not self.owner.can_bring_back:
            raise PermissionDenied
        return self._bring_back(change, back=back, done=self._url("history", change.key), crumbs=self._crumbs())

    def _deletion(self, change_id: int) -> Change:
        if not self.owner.has_view_permission(self.request):
            raise PermissionDenied
        change = self.owner.deleted_changes(self.request).filter(pk=change_id).first()
        if change is None:
            raise Http404
        return change

    def _bring_back(self, change: Change, *, back: str, done: str, crumbs: list[Crumb]) -> HttpResponse:
        try:
            plan = restore.plan_return(change)
        except restore.RestoreError as error:
            return self._refuse([str(error)], back)
        if missing := self._missing_permissions(plan):
            return self._refuse(missing, back)
        if is_confirmed(self.request):
            return self._do(change, plan.apply, done=done, back=back)
        name = former_name(change, self.request)
        question = _("Bring “%(name)s” back?") % {"name": name}
        return self._ask(_("Restore a deleted record"), question, plan.names(), back, crumbs)

    def _missing_permissions(self, plan: restore.ReturnPlan) -> list[str]:
        """Who brings records back adds them."""
        kinds = [model._meta for model in plan.kinds()]
        missing = [o for o in kinds if not self.request.user.has_perm(f"{o.app_label}.add_{o.model_name}")]
        return [_("You may not add %(records)s.") % {"records": opts.verbose_name_plural} for opts in missing]

    # --- former values ----------------------------------------------------------------------------------------------

    def restore(self, object_id: str, change_id: int) -> HttpResponse:
        """Ask, then take back one change of a record or of one of its children."""
        record = self.owner.get_object(self.request, unquote(object_id))
        change = self._changes(record.pk).filter(pk=change_id).first() if record is not None else None
        if record is None or change is None or not self._is_restorable(change):
            raise Http404
        if not self.owner.has_change_permission(self.request, record):
            raise PermissionDenied
        back, crumbs = self._url("history", record.pk), self._crumbs(record)
        if change.operation == Change.Operation.DELETE:
            return self._bring_back(change, back=back, done=back, crumbs=crumbs)
        return self._restore_values(change, record, back, crumbs)

    def _is_restorable(self, change: Change) -> bool:
        is_deletion = change.operation == Change.Operation.DELETE
        return change.operation == Change.Operation.UPDATE or (is_deletion and self.owner.can_bring_back)

    def _restore_values(self, change: Change, record: models.Model, back: str, crumbs: list[Crumb]) -> HttpResponse:
        rows = tracked_models()[change.table]._base_manager.filter(pk=change.key)
        target = (rows.select_for_update(of=("self",)) if is_confirmed(self.request) else rows).first()
        if target is None:
            return self._refuse([_("The record was deleted since: restore it first.")], back)
        guard = FieldGuard(self.owner, self.request, record, target)
        only = self.request.GET.get("field", "")
        plan = restore.plan_values(change, target, may_set=guard.refusal, only=only, request=self.request)
        if not plan.values:
            nothing = _("There is nothing to restore: these values stand as they were.")
            return self._refuse(plan.refused or [nothing], back)
        if is_confirmed(self.request):
            return self._do(change, lambda: plan.apply(guard.save), done=back, back=back, target=target)
        lines: list[Any] = [format_html("{}: {}", one.label, diff(one.old, one.new)) for one in plan.shown]
        lines += [_("Stays as it is: %(why)s") % {"why": refused} for refused in plan.refused]
        question = _("Put these values of “%(record)s” back?") % {"record": target}
        return self._ask(_("Restore former values"), question, lines, back, crumbs)

    # --- what they share --------------------------------------------------------------------------------------------

    def _ask(self, title: str, question: str, details: list[Any], back: str, crumbs: list[Crumb]) -> HttpResponse:
        return confirm_page(
            self.request,
            title=title,
            question=question,
            details=details,
            submit=_("Restore"),
            cancel_url=back,
            form=ReasonForm(),
            parents=[*crumbs, (_("History"), back)],
        )

    def _do(
        self, change: Change, work: Callable[[], Any], *, done: str, back: str, target: models.Model | None = None
    ) -> HttpResponse:
        try:
            with restore.undoing(_reason(self.request, change)):
                work()
        except ValidationError as error:
            return self._refuse(restore.sentences(error, target), back)
        messages.success(self.request, _("Restored."))
        return HttpResponseRedirect(done)

    def _refuse(self, why: Sequence[str], back: str) -> HttpResponse:
        for sentence in why:
            messages.error(self.request, sentence)
        return HttpResponseRedirect(back)

    def _page(self, template: str, title: str, crumbs: list[Crumb], context: dict[str, Any]) -> HttpResponse:
        context["is_first_page"] = "before" not in self.request.GET
        return hub_page(self.request, template, title=title, context=context, parents=crumbs)

    def _crumbs(self, record: models.Model | None = None) -> list[Crumb]:
        crumbs: list[Crumb] = [(capfirst(str(self.opts.verbose_name_plural)), self._url("changelist"))]
        return crumbs if record is None else [*crumbs, (str(record), record_url(record))]

    def _name(self, page: str) -> str:
        return f"{self.owner.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _url(self, page: str, *args: Any) -> str:
        return reverse(self._name(page), args=args)


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
