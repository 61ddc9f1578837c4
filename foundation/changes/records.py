"""The admin page of a business record: history, one record per sent form, no lost edits, lists of any length."""

from __future__ import annotations

from django.utils.html import format_html

from foundation.changes.admin.history import TrackedModelAdmin
from foundation.changes.stale import StaleGuardForm, StaleGuardMixin
from foundation.ui.biglist import BigListMixin
from foundation.ui.once import OnceForm, OnceMixin


class RecordForm(OnceForm, StaleGuardForm):
    """The form of a business record."""


class RecordAdmin(OnceMixin, StaleGuardMixin, BigListMixin, TrackedModelAdmin):
    """A business record; a subclass with a form of its own derives that from `RecordForm`."""

    form = RecordForm
    empty_value_display = format_html('<span class="hub-none">{}</span>', "–")  # a card on a phone leaves the row out

    class Media:
        js = ["ui/once.js"]
