"""What imports have to say on the dashboard."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.transfers.importing.selectors import runs_waiting
from foundation.ui.dashboard import Card, register_card

SHOWN = 5


def register_cards() -> None:
    """Put the card in its place."""
    title = _("Your imports that wait for you")
    register_card(Card("imports_waiting", title, 15, "transfers/card_waiting.html", context=imports_waiting))


def imports_waiting(request: HttpRequest) -> dict[str, Any] | None:
    """Files that were checked and not imported yet."""
    runs = list(runs_waiting(request.user)[: SHOWN + 1])
    if not runs:
        return None
    return {
        "runs": runs[:SHOWN],
        "more": len(runs) > SHOWN,
        "all_url": reverse("admin:transfers_importrun_changelist") + "?state__exact=checked",
    }
