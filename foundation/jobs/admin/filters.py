"""Filters of the list of jobs that answer questions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.jobs.models import Job
from foundation.jobs.registry import job_kinds
from foundation.ui.theme import DropdownFilter

State = Job.State
QUESTIONS = {
    "trouble": (_("What failed in the last seven days?"), Q(state__in=[State.FAILED, State.CRASHED])),
    "bugs": (_("What crashed in the last seven days?"), Q(state=State.CRASHED)),
}


class NeedsALookFilter(DropdownFilter):
    """What went wrong lately."""

    title = _("needs a look")
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[tuple[str, Any]]:
        """The questions."""
        return [(name, question) for name, (question, _condition) in QUESTIONS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """The answer."""
        if (name := self.value()) not in QUESTIONS:
            return queryset
        _question, condition = QUESTIONS[str(name)]
        return queryset.filter(condition, finished_at__gt=Now() - timedelta(days=7))


class KindFilter(DropdownFilter):
    """Jobs of one kind, by its title."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[tuple[str, Any]]:
        """The kinds this installation knows."""
        return sorted(((kind.name, kind.title) for kind in job_kinds()), key=lambda pair: str(pair[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """Jobs of the kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class OwnFilter(DropdownFilter):
    """Whose jobs."""

    title = _("started by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[tuple[str, Any]]:
        """Only a question for those who see more than their own."""
        if not request.user.has_perm("jobs.view_all_jobs"):
            return []
        return [("me", _("Me")), ("people", _("People")), ("clock", _("The clock"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """Jobs of me, of anybody, or of nobody."""
        chosen = {"me": Q(owner_id=request.user.pk), "people": Q(owner__isnull=False), "clock": Q(owner=None)}
        return queryset.filter(chosen.get(self.value() or "", Q()))
