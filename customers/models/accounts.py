"""The account over one or several customers, and the settings of this app."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.changes.constraints import filled
from foundation.changes.models import Tracked
from foundation.transfers.permissions import by_file


class Account(Tracked):
    """What sales looks at: one customer, or a company with all its subsidiaries."""

    name = models.CharField(_("name"), max_length=255)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        blank=True,
        null=True,
        related_name="accounts",
        limit_choices_to={"is_staff": True},
        verbose_name=_("owner"),
    )

    class Meta(Tracked.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        permissions = by_file("account", "accounts")
        ordering = ["name", "pk"]
        constraints = [
            filled("account_name_trimmed", "name", _("An account needs a name, without spaces around it.")),
        ]
        indexes = [
            models.Index("name", "id", name="account_by_name"),  # the list of accounts, page by page
        ]

    def __str__(self) -> str:
        return self.name


class CustomerSettings(Tracked):
    """One row of settings for everything about customers; `CustomerSettings.load()` reads it."""

    class AccountStrategy(models.TextChoices):
        EACH = "each", _("Every customer has its own account")
        ROOT = "root", _("A company and all its subsidiaries share one account")

    account_strategy = models.CharField(
        _("accounts"), max_length=10, choices=AccountStrategy, default=AccountStrategy.EACH
    )

    class Meta(Tracked.Meta):
        verbose_name = _("customer settings")
        verbose_name_plural = _("customer settings")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="customersettings_one_row"),
            models.CheckConstraint(
                condition=Q(account_strategy__in=["each", "root"]), name="customersettings_strategy_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> CustomerSettings:
        """The settings; where nobody has saved any, the ones every installation begins with."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
