"""What a merge leaves behind: the former codes by which a customer is still found, and a note of the merge itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.triggers.codes import ALIAS_TRIGGERS
from foundation.changes.constraints import filled, unique_ignoring_case
from foundation.changes.models import Tracked


class CustomerAlias(Tracked):
    """A code of a record that was merged into this customer: files and programs that still send it mean this one."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="aliases", verbose_name=_("customer"))
    code = models.CharField(_("former code"), max_length=64)

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *ALIAS_TRIGGERS]
        verbose_name = _("former code")
        verbose_name_plural = _("former codes")
        ordering = ["code"]
        constraints = [
            filled("customeralias_code_trimmed", "code", _("A code has no spaces around it.")),
            unique_ignoring_case("customeralias_code_unique", "code", _("This former code is known already.")),
        ]

    def __str__(self) -> str:
        return self.code


class CustomerMerge(models.Model):
    """Two customers were made one. Plain numbers and names: either may be merged on or deleted later."""

    winner_key = models.BigIntegerField(_("number of the customer that stayed"))
    loser_key = models.BigIntegerField(_("number of the customer that went"))
    winner_name = models.CharField(_("customer that stayed"), max_length=255)
    loser_name = models.CharField(_("customer that went"), max_length=255)
    loser_code = models.CharField(_("code of the customer that went"), max_length=64, blank=True)
    change_set = models.BigIntegerField(_("change set"), null=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="customer_merges", verbose_name=_("merged by")
    )
    merged_at = models.DateTimeField(_("merged at"), db_default=Now())
    undone_at = models.DateTimeField(_("undone at"), null=True)

    class Meta:
        verbose_name = _("merge of customers")
        verbose_name_plural = _("merges of customers")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(winner_key=F("loser_key")), name="customermerge_of_two"),
            models.UniqueConstraint(
                fields=["loser_key"],
                condition=Q(undone_at=None),
                name="customermerge_once",
                violation_error_message=_("This customer was merged already."),
            ),
        ]
        indexes = [models.Index(fields=["winner_key"], name="customermerge_winner")]  # the panel on a customer's page

    def __str__(self) -> str:
        return f"{self.loser_name} → {self.winner_name}"
