"""Customers that are probably one company, and pairs that a person said are two."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from foundation.changes.models import Tracked


class DuplicateReason(models.TextChoices):
    """What two customers share that two companies hardly ever do."""

    VAT = "vat", _("VAT id")
    NAME = "name", _("name and postcode")
    EMAIL = "email", _("e-mail address")


class LikelyDuplicate(models.Model):
    """A sign that a customer shares with others of its group; worked out by a job, never edited.

    `group` is the smallest key among its customers. A customer has a row for each thing it shares.
    """

    group = models.BigIntegerField(_("group"))
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="duplicate_signs", verbose_name=_("customer"))
    reason = models.CharField(_("reason"), max_length=10, choices=DuplicateReason)
    value = models.TextField(_("what they share"))

    class Meta:
        verbose_name = _("likely duplicate")
        verbose_name_plural = _("likely duplicates")
        ordering = ["group", "customer"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["customer", "reason", "value"], name="likelyduplicate_sign_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["vat", "name", "email"]), name="likelyduplicate_reason_known"
            ),
        ]
        indexes = [models.Index(fields=["group", "customer"], name="likelyduplicate_group")]  # the work list's pages

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.value}"


class NotDuplicate(Tracked):
    """Two customers that look like one and are not: they are not proposed again."""

    history_parent = "first"

    first = models.ForeignKey(Customer, models.CASCADE, related_name="+", verbose_name=_("customer"))
    second = models.ForeignKey(Customer, models.CASCADE, related_name="+", verbose_name=_("other customer"))

    class Meta(Tracked.Meta):
        verbose_name = _("pair that is no duplicate")
        verbose_name_plural = _("pairs that are no duplicates")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="notduplicate_once",
                violation_error_message=_("These two are known to be no duplicates already."),
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="notduplicate_in_order",
                violation_error_message=_("The customer with the smaller number comes first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"

    def clean(self) -> None:
        """Put the two in order."""
        super().clean()
        pair: Any = sorted((self.first_id, self.second_id))
        self.first_id, self.second_id = pair
