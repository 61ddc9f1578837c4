"""The outbox in the admin: a list that answers questions, and actions that ask first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from foundation.jobs.admin.read_only import ReadOnlyAdmin
from foundation.jobs.models import OutboxMessage
from foundation.jobs.outbox import questions, views
from foundation.jobs.outbox.handlers import handler_kinds
from foundation.jobs.outbox.markup import kind_title, state_badge
from foundation.ui.theme import ChoicesDropdownFilter, DropdownFilter, action, display


class KindFilter(DropdownFilter):
    """Messages of one kind, by its title."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Iterable[tuple[str, Any]]:
        """The kinds this installation delivers."""
        return handler_kinds()

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        """Messages of the kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """What leaves the hub, where it stands, and what a person can do about it."""

    list_display = ("shown_state", "shown_kind", "object_key", "tries", "reason", "last_answer", "created_at")
    list_display_links = ("shown_kind",)
    list_filter = (("state", ChoicesDropdownFilter), ("reason", ChoicesDropdownFilter), KindFilter)
    search_fields = ("reference__iexact", "object_key__istartswith", "last_answer")
    search_help_text = _("Reference, beginning of the object, or words of the answer")
    ordering = ("-id",)
    actions = ("replay_selected", "dismiss_selected")
    actions_list = ("what_failed",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        """Without the contents, which the list does not show."""
        return super().get_queryset(request).defer("payload")

    def get_urls(self) -> list[URLPattern]:
        """The message's page in place of the form, and what can be done."""
        pages: list[tuple[str, str, Callable[..., HttpResponseBase]]] = [
            ("undelivered/", "undelivered", views.undelivered_page),
            ("undelivered/replay/", "replay_all", views.replay_all_page),
            ("undelivered/dismiss/", "dismiss_all", views.dismiss_all_page),
            ("<int:object_id>/change/", "change", views.message_page),
            ("<int:object_id>/replay/", "replay", views.message_replay_page),
            ("<int:object_id>/dismiss/", "dismiss", views.message_dismiss_page),
        ]
        view = self.admin_site.admin_view
        own = [path(route, view(page), name=f"jobs_outboxmessage_{name}") for route, name, page in pages]
        return own + super().get_urls()

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whether this person may send again."""
        return request.user.has_perm(views.REPLAY)

    def has_dismiss_permission(self, request: HttpRequest) -> bool:
        """Whether this person may give up."""
        return request.user.has_perm(views.DISMISS)

    @display(description=_("state"), ordering="state")
    def shown_state(self, message: OutboxMessage) -> SafeString:
        """State in a word."""
        return state_badge(message)

    @display(description=_("kind"), ordering="kind")
    def shown_kind(self, message: OutboxMessage) -> str | Promise:
        """What people call it."""
        return kind_title(message.kind)

    @action(description=_("Undelivered messages"), url_path="what-failed")
    def what_failed(self, request: HttpRequest) -> HttpResponse:
        """Go to what waits for a person."""
        return redirect("admin:jobs_outboxmessage_undelivered")

    @action(description=_("Send again"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, selected: QuerySet[OutboxMessage]) -> HttpResponse | None:
        """Send the selected undelivered messages again."""
        return questions.replay(
            request, selected, back=request.get_full_path(), hidden=_repeated("replay_selected", request)
        )

    @action(description=_("Dismiss"), permissions=["dismiss"])
    def dismiss_selected(self, request: HttpRequest, selected: QuerySet[OutboxMessage]) -> HttpResponse | None:
        """Give the selected undelivered messages up."""
        return questions.dismiss(
            request, selected, back=request.get_full_path(), hidden=_repeated("dismiss_selected", request)
        )


def _repeated(name: str, request: HttpRequest) -> dict[str, list[str]]:
    """What the answer of the question must carry so that the same action meets the same rows."""
    return {
        "action": [name],
        "select_across": [request.POST.get("select_across", "0")],
        ACTION_CHECKBOX_NAME: request.POST.getlist(ACTION_CHECKBOX_NAME),
    }
