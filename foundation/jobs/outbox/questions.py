"""Asking before messages are sent again or dismissed, and doing it: for one, for selected ones, for all of a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.jobs.models import OutboxMessage
from foundation.jobs.outbox.selectors import dead_counts
from foundation.jobs.outbox.services import messages_dismiss, messages_replay
from foundation.ui.pages import Crumb, confirm_page, is_confirmed

Hidden = Mapping[str, Sequence[Any]]


class DismissForm(forms.Form):
    """Why these messages will never be sent."""

    because = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept with each message, with your name."),
    )


def replay(
    request: HttpRequest,
    dead: QuerySet[OutboxMessage],
    *,
    back: str,
    hidden: Hidden | None = None,
    parents: Sequence[Crumb] = (),
) -> HttpResponse | None:
    """Ask, and once confirmed send again; None when there is nothing (more) to ask."""
    counts = dead_counts(dead)
    if _is_nothing(request, counts):
        return None
    if is_confirmed(request):
        count = messages_replay(messages=dead, by=request.user)
        text = ngettext("%d message is on its way again.", "%d messages are on their way again.", count)
        messages.success(request, text % count)
        return None
    return confirm_page(
        request,
        title=_("Send again"),
        question=ngettext("Send %d message again?", "Send %d messages again?", counts["total"]) % counts["total"],
        details=_what_sending_again_means(counts),
        counts=_tiles(counts),
        submit=_("Yes, send again"),
        cancel_url=back,
        hidden=hidden,
        parents=parents,
    )


def dismiss(
    request: HttpRequest,
    dead: QuerySet[OutboxMessage],
    *,
    back: str,
    hidden: Hidden | None = None,
    parents: Sequence[Crumb] = (),
) -> HttpResponse | None:
    """Ask for the reason, and once given dismiss; None when there is nothing (more) to ask."""
    counts = dead_counts(dead)
    if _is_nothing(request, counts):
        return None
    form = DismissForm(request.POST if is_confirmed(request) else None)
    if form.is_valid():
        count = messages_dismiss(messages=dead, because=form.cleaned_data["because"], by=request.user)
        messages.success(request, ngettext("%d message is dismissed.", "%d messages are dismissed.", count) % count)
        return None
    return confirm_page(
        request,
        title=_("Dismiss"),
        question=ngettext("Give up %d message?", "Give up %d messages?", counts["total"]) % counts["total"],
        details=[
            _("It will never be sent. Later messages of the same object, which wait for it, go on."),
            _("This cannot be taken back."),
        ],
        counts=_tiles(counts),
        submit=_("Yes, dismiss"),
        cancel_url=back,
        hidden=hidden,
        form=form,
        dangerous=True,
        parents=parents,
    )


def _is_nothing(request: HttpRequest, counts: Mapping[str, int]) -> bool:
    if not counts["total"]:
        messages.info(request, _("None of these messages is waiting for a person any more."))
    return not counts["total"]


def _tiles(counts: Mapping[str, int]) -> list[tuple[Any, ...]]:
    """Figures worth a second look; none when the question says it all."""
    if not counts["uncertain"]:
        return []
    return [(_("Messages"), counts["total"]), (_("May have arrived"), counts["uncertain"], "warning")]


def _what_sending_again_means(counts: Mapping[str, int]) -> list[str]:
    details = [_("Mend the cause first: a message that fails again comes back here.")]
    if counts["uncertain"]:
        details.append(
            _(
                "Some may have arrived without an answer. Where the other side can be asked or recognises our "
                "reference, nothing is doubled; where it cannot, look there before you go on."
            )
        )
    return details
