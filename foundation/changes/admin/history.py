"""History and restore for a ModelAdmin, in place of Django's log of its own forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy

from foundation.changes.admin.pages import RecordPages
from foundation.changes.models import Change
from foundation.ui.theme import ModelAdmin, action

if TYPE_CHECKING:
    Base = ModelAdmin
else:
    Base = object


class HistoryMixin(Base):
    """For a ModelAdmin of a tracked model.

    `history_children` names reverse relations (or many-to-many fields) whose records are shown with their owner's.
    `can_bring_back` is off where what was deleted must stay so.
    """

    history_children: Sequence[str] = ()
    can_bring_back = True

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

    # --- what a subclass may say ------------------------------------------------------------------------------------

    def deleted_changes(self, request: HttpRequest) -> QuerySet[Change]:
        """Deletions of this model's records that the person may know of; narrow it where they may not see every row."""
        return Change.objects.filter(table=self.opts.db_table, operation=Change.Operation.DELETE)

    def restore_refusal(self, request: HttpRequest, record: models.Model, name: str, value: Any) -> str:
        """Why a field may not be put back to a value though the form has it, or nothing: for rules of forms alone."""
        return ""

    def save_restored(self, request: HttpRequest, record: models.Model) -> None:
        """Save a record whose former values were put back and checked; override to call a service."""
        record.save()

    # --- pages ------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of deleted records, and those that put something back."""
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path("<path:object_id>/history/<int:change_id>/restore/", view(self.restore_view), name=f"{name}_restore"),
            path("deleted/<int:change_id>/", view(self.deleted_view), name=f"{name}_deleted"),
            path("deleted/<int:change_id>/restore/", view(self.return_view), name=f"{name}_return"),
        ]
        return own + super().get_urls()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What happened to the record and to what belongs to it, newest first."""
        return RecordPages(self, request).history(object_id)

    def restore_view(self, request: HttpRequest, object_id: str, change_id: int) -> HttpResponse:
        """Ask, then put back what a change of this record or of one of its children overwrote or deleted."""
        return RecordPages(self, request).restore(object_id, change_id)

    @action(description=gettext_lazy("Recently deleted"), url_path="deleted", permissions=["view"])
    def recently_deleted(self, request: HttpRequest) -> HttpResponse:
        """Records that were deleted, newest first, each with a way back."""
        return RecordPages(self, request).deleted_list()

    def deleted_view(self, request: HttpRequest, change_id: int) -> HttpResponse:
        """What happened to a record that is gone."""
        return RecordPages(self, request).deleted_history(change_id)

    def return_view(self, request: HttpRequest, change_id: int) -> HttpResponse:
        """Ask, then make a deleted record again."""
        return RecordPages(self, request).bring_back(change_id)


class TrackedModelAdmin(HistoryMixin, ModelAdmin):
    """A tracked record in the admin."""
