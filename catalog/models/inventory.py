"""Stock and status side by side, as files have them: a view, one line per level and one per product."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Product, Unit
from catalog.models.stock import Warehouse


class InventoryLine(models.Model):
    """What a row of an inventory file is about: a level in a warehouse, or the status of a product alone.

    A line of a level has the level's key. That of a product alone has the product's, moved down below zero. Versions
    only grow, so the sum of those of level and product stays the same only while both do.
    """

    id = models.BigIntegerField(primary_key=True, blank=True)
    product = models.ForeignKey(Product, models.DO_NOTHING, related_name="+", verbose_name=_("product"))
    warehouse = models.ForeignKey(
        Warehouse, models.DO_NOTHING, null=True, related_name="+", verbose_name=_("warehouse"), blank=True
    )
    unit = models.ForeignKey(Unit, models.DO_NOTHING, null=True, related_name="+", verbose_name=_("unit"), blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=19, decimal_places=4, null=True, blank=True)
    inventory_status = models.CharField(
        _("inventory status"), max_length=20, choices=Product.InventoryStatus, blank=True
    )
    version = models.PositiveIntegerField(_("version"), db_default=1)

    class Meta:
        managed = False
        db_table = "catalog_inventoryline"
        verbose_name = _("inventory line")
        verbose_name_plural = _("inventory")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.product)
