"""What came instead of an answer, in sentences for people."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

BUSY = _("VIES has too many questions at the moment.")
TROUBLES: Mapping[str, StrOrPromise] = {
    "INVALID_INPUT": _("VIES does not take this for a VAT id. Look whether it is complete."),
    "MS_UNAVAILABLE": _("The tax office of this country does not answer VIES at the moment."),
    "SERVICE_UNAVAILABLE": _("VIES is not available at the moment."),
    "TIMEOUT": _("The tax office of this country did not answer VIES in time."),
    "GLOBAL_MAX_CONCURRENT_REQ": BUSY,
    "GLOBAL_MAX_CONCURRENT_REQ_TIME": BUSY,
    "MS_MAX_CONCURRENT_REQ": BUSY,
    "MS_MAX_CONCURRENT_REQ_TIME": BUSY,
    "VAT_BLOCKED": _("VIES refuses questions about this number. Ask the tax office."),
    "IP_BLOCKED": _("VIES refuses questions from this address. Tell the people who run the hub."),
    "INVALID_REQUESTER_INFO": _(
        "VIES does not know our own VAT id. Tell the people who run the hub (HUB_VAT_REQUESTER)."
    ),
    "unreachable": _("VIES could not be reached."),
    "timed_out": _("VIES did not answer in time."),
    "broken_answer": _("The answer of VIES could not be read."),
    "too_large": _("The answer of VIES could not be read."),
    "address_refused": _("The address of VIES is not one the hub may call. Tell the people who run the hub."),
    "redirected": _("The address of VIES has changed. Tell the people who run the hub."),
    "untrusted": _("The certificate of VIES is not trusted. Tell the people who run the hub."),
}


def sentence(trouble: str) -> str:
    """Say what the trouble is; one nobody knows is named."""
    return str(TROUBLES.get(trouble) or _("VIES answered with an error: %s.") % trouble) if trouble else ""
