"""Where products lie and how many; stock changes only by movements, which are never changed or deleted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from catalog.models.products import Product, Unit
from catalog.triggers.stock import LEVEL_TRIGGERS, MOVEMENT_TRIGGERS
from foundation.changes.constraints import filled, unique_ignoring_case
from foundation.changes.models import Tracked
from foundation.transfers.permissions import by_file

LIMIT = 10**12  # what is booked at once stays below it
TOO_MUCH = _("That is more than a warehouse can hold: less than 1,000,000,000,000 at once.")


class Warehouse(Tracked):
    """A place where stock is kept."""

    code = models.CharField(_("code"), max_length=50, help_text=_("Files and connectors name it so."))
    name = models.CharField(_("name"), max_length=255)
    country = CountryField(_("country"))
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Nothing is booked in an inactive one."))

    class Meta(Tracked.Meta):
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        permissions = by_file("warehouse", "warehouses")
        ordering = ["code"]
        constraints = [
            filled("warehouse_code_trimmed", "code", _("A warehouse needs a code, without spaces around it.")),
            filled("warehouse_name_trimmed", "name", _("A warehouse needs a name, without spaces around it.")),
            unique_ignoring_case("warehouse_code_unique", "code", _("There is a warehouse with this code already.")),
        ]

    def __str__(self) -> str:
        return self.name


class StockLevel(models.Model):
    """How much of a product lies in a warehouse, in one of its units: the sum of its movements, kept by a trigger."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="stock", verbose_name=_("product"))
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="stock", verbose_name=_("warehouse"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="stock", verbose_name=_("unit"))
    quantity = models.DecimalField(_("quantity"), max_digits=19, decimal_places=4)
    version = models.PositiveIntegerField(_("version"), db_default=1, editable=False)

    class Meta:
        triggers = LEVEL_TRIGGERS
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        permissions = by_file("stocklevel", "stock levels")
        default_permissions = ("view",)
        ordering = ["product", "warehouse", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["product", "warehouse", "unit"], name="stocklevel_once"),
        ]
        indexes = [models.Index(F("quantity"), name="stocklevel_below", condition=Q(quantity__lt=0))]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.unit}"


class StockMovement(models.Model):
    """A booking: so much came to or left a warehouse. Its key makes that the same booking counts once."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Goods received")
        ISSUE = "issue", _("Goods issued")
        RETURN = "return", _("Return")
        COUNT = "count", _("Count")
        IMPORTED_ORDER = "imported_order", _("Imported order")
        REVERSAL = "reversal", _("Taken back")

    product = models.ForeignKey(Product, models.PROTECT, related_name="movements", verbose_name=_("product"))
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="movements", verbose_name=_("warehouse"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="movements", verbose_name=_("unit"))
    quantity = models.DecimalField(
        _("quantity"), max_digits=19, decimal_places=4, help_text=_("What came; less than zero is what left.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    key = models.CharField(_("key"), max_length=255, unique=True, help_text=_("The same key is booked once."))
    note = models.CharField(_("note"), max_length=255, blank=True)
    booked_at = models.DateTimeField(_("booked at"), db_default=Now(), editable=False)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        blank=True,
        null=True,
        related_name="+",
        verbose_name=_("booked by"),
    )

    class Meta:
        triggers = MOVEMENT_TRIGGERS
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        default_permissions = ("view", "add")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(quantity=0),
                name="stockmovement_moves",
                violation_error_message=_("A movement moves something."),
            ),
            models.CheckConstraint(  # NaN, greater than everything in PostgreSQL, is none either
                condition=Q(quantity__lt=LIMIT, quantity__gt=-LIMIT),
                name="stockmovement_is_amount",
                violation_error_message=TOO_MUCH,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["receipt", "issue", "return", "count", "imported_order", "reversal"]),
                name="stockmovement_kind_known",
            ),
            filled("stockmovement_key_trimmed", "key", _("A movement needs a key, without spaces around it.")),
        ]
        indexes = [models.Index(fields=["product", "warehouse", "-id"], name="stockmovement_history")]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():+f} {self.unit}"
