"""Categories of products, in a tree."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.triggers.categories import CATEGORY_TRIGGERS
from foundation.changes.constraints import filled, unique_ignoring_case
from foundation.changes.models import Tracked
from foundation.transfers.permissions import by_file


class Category(Tracked):
    """A branch of the catalogue; categories form a tree without cycles, which a trigger holds."""

    name = models.CharField(_("name"), max_length=255)
    code = models.CharField(
        _("code"), max_length=255, blank=True, help_text=_("What other systems call it; unique where there is one.")
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, blank=True, null=True, related_name="children", verbose_name=_("parent category")
    )

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *CATEGORY_TRIGGERS]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        permissions = by_file("category", "categories")
        ordering = ["name", "pk"]
        constraints = [
            filled("category_name_trimmed", "name", _("A category needs a name, without spaces around it.")),
            unique_ignoring_case("category_code_unique", "code", _("There is a category with this code already.")),
            models.UniqueConstraint(
                F("parent"),
                Lower("name"),
                name="category_name_unique",
                nulls_distinct=False,
                violation_error_message=_("There is a category with this name in the same place already."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("pk")) | Q(parent=None),
                name="category_not_own_parent",
                violation_error_message=_("A category cannot be its own parent."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
