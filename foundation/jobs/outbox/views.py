"""The outbox for staff: what could not be delivered and why, and one message with its tries. All inside the admin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation.jobs.markup import duration
from foundation.jobs.models import OutboxMessage
from foundation.jobs.outbox import questions
from foundation.jobs.outbox.evidence import masked
from foundation.jobs.outbox.handlers import find_handler
from foundation.jobs.outbox.markup import kind_title, outcome_badge, state_badge
from foundation.jobs.outbox.selectors import dead_by_cause, messages_dead, messages_waiting_behind
from foundation.ui.pages import Crumb, hub_page

VIEW, REPLAY, DISMISS = (f"jobs.{right}_outboxmessage" for right in ("view", "replay", "dismiss"))


def _need(request: HttpRequest, *permissions: str) -> None:
    if not request.user.has_perms(permissions):
        raise PermissionDenied


def _list_crumb() -> Crumb:
    return _("Outgoing messages"), reverse("admin:jobs_outboxmessage_changelist")


def _undelivered_crumb() -> Crumb:
    return _("Undelivered"), reverse("admin:jobs_outboxmessage_undelivered")


def message_url(message: OutboxMessage) -> str:
    """The page of a message."""
    return reverse("admin:jobs_outboxmessage_change", args=[message.pk])


@never_cache
@require_safe
def undelivered_page(request: HttpRequest) -> HttpResponse:
    """What waits for a person, grouped by what went wrong, with what can be done about all of it at once."""
    _need(request, VIEW)
    causes = dead_by_cause()
    answers = dict(OutboxMessage.objects.filter(pk__in=[c["last"] for c in causes]).values_list("pk", "last_answer"))
    context = {
        "causes": [_shown_cause(cause, answers) for cause in causes],
        "may_replay": request.user.has_perm(REPLAY),
        "may_dismiss": request.user.has_perm(DISMISS),
    }
    title = _("Undelivered messages")
    return hub_page(request, "outbox/undelivered.html", title=title, context=context, parents=[_list_crumb()])


def _shown_cause(cause: dict[str, Any], answers: dict[int, str]) -> dict[str, Any]:
    chosen = f"?kind={cause['kind']}&reason={cause['reason']}"
    return cause | {
        "title": kind_title(cause["kind"]),
        "label": OutboxMessage.Reason(cause["reason"]).label,
        "answer": answers.get(cause["last"], ""),
        "list_url": reverse("admin:jobs_outboxmessage_changelist")
        + f"?state__exact=dead&kind={cause['kind']}&reason__exact={cause['reason']}",
        "replay_url": reverse("admin:jobs_outboxmessage_replay_all") + chosen,
        "dismiss_url": reverse("admin:jobs_outboxmessage_dismiss_all") + chosen,
    }


def _of_cause(request: HttpRequest) -> Any:
    return messages_dead().filter(kind=request.GET.get("kind", ""), reason=request.GET.get("reason", ""))


@never_cache
def replay_all_page(request: HttpRequest) -> HttpResponse:
    """Send again whatever failed for one reason."""
    _need(request, VIEW, REPLAY)
    parents = [_list_crumb(), _undelivered_crumb()]
    back = _undelivered_crumb()[1]
    return questions.replay(request, _of_cause(request), back=back, parents=parents) or redirect(back)


@never_cache
def dismiss_all_page(request: HttpRequest) -> HttpResponse:
    """Give up whatever failed for one reason."""
    _need(request, VIEW, DISMISS)
    parents = [_list_crumb(), _undelivered_crumb()]
    back = _undelivered_crumb()[1]
    return questions.dismiss(request, _of_cause(request), back=back, parents=parents) or redirect(back)


@never_cache
@require_safe
def message_page(request: HttpRequest, object_id: int) -> HttpResponse:
    """One message: where it stands, what it says, and every try."""
    _need(request, VIEW)
    found = OutboxMessage.objects.select_related("job", "dismissed_by", "superseded_by", "change_set__actor")
    message = get_object_or_404(found, pk=object_id)
    is_dead = message.state == OutboxMessage.State.DEAD
    context = {
        "message": message,
        "state": state_badge(message),
        "kind": kind_title(message.kind),
        "shown": _shown_payload(message),
        "tries": [
            (one, outcome_badge(one), duration(one.duration) if one.duration is not None else "")
            for one in message.attempts.all()
        ],
        "waiting_behind": messages_waiting_behind(message),
        "may_replay": is_dead and request.user.has_perm(REPLAY),
        "may_dismiss": is_dead and request.user.has_perm(DISMISS),
    }
    title = f"{kind_title(message.kind)} {message.pk}"
    return hub_page(request, "outbox/message.html", title=title, context=context, parents=[_list_crumb()])


def _shown_payload(message: OutboxMessage) -> dict[str, Any] | None:
    """What staff may see of the content; None when it is gone."""
    if message.payload is None:
        return None
    handler = find_handler(message.kind)
    return handler.shown(message.payload) if handler else masked(message.payload)


@never_cache
def message_replay_page(request: HttpRequest, object_id: int) -> HttpResponse:
    """Send one message again."""
    _need(request, VIEW, REPLAY)
    message = get_object_or_404(OutboxMessage, pk=object_id)
    back, one = message_url(message), messages_dead().filter(pk=object_id)
    return questions.replay(request, one, back=back, parents=[_list_crumb(), (str(message.pk), back)]) or redirect(back)


@never_cache
def message_dismiss_page(request: HttpRequest, object_id: int) -> HttpResponse:
    """Give one message up."""
    _need(request, VIEW, DISMISS)
    message = get_object_or_404(OutboxMessage, pk=object_id)
    back, one = message_url(message), messages_dead().filter(pk=object_id)
    return questions.dismiss(request, one, back=back, parents=[_list_crumb(), (str(message.pk), back)]) or redirect(
        back
    )
