"""Which price lists apply: a list per holder, in order, for everybody, for a group, for a customer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import PriceList
from customers.models.customer import Customer
from customers.models.groups import CustomerGroup
from foundation.changes.models import Tracked
from foundation.transfers.permissions import by_file


class PriceListAssignment(Tracked):
    """A price list given to a holder; the smallest position is asked first."""

    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="%(class)ss", verbose_name=_("price list"))
    position = models.IntegerField(_("priority"), default=0, help_text=_("The smallest number comes first."))
    merge_allowed = models.BooleanField(
        _("merge allowed"),
        default=True,
        help_text=_("Whether tiers of lists further down may complete the prices of this one."),
    )

    class Meta(Tracked.Meta):
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.position}. {self.price_list}"


class SystemPriceList(PriceListAssignment):
    """A price list for every customer."""

    class Meta(PriceListAssignment.Meta):
        verbose_name = _("general price list")
        verbose_name_plural = _("general price lists")
        permissions = by_file("systempricelist", "general price lists")
        constraints = [
            models.UniqueConstraint(
                fields=["price_list"],
                name="systempricelist_once",
                violation_error_message=_("This price list is general already."),
            ),
        ]


class GroupPriceList(PriceListAssignment):
    """A price list for the customers of one group."""

    group = models.ForeignKey(
        CustomerGroup, models.CASCADE, related_name="price_lists", verbose_name=_("customer group")
    )

    class Meta(PriceListAssignment.Meta):
        verbose_name = _("price list of a group")
        verbose_name_plural = _("price lists of groups")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "price_list"],
                name="grouppricelist_once",
                violation_error_message=_("The group has this price list already."),
            ),
        ]


class CustomerPriceList(PriceListAssignment):
    """A price list for one customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="price_lists", verbose_name=_("customer"))

    class Meta(PriceListAssignment.Meta):
        verbose_name = _("price list of a customer")
        verbose_name_plural = _("price lists of customers")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "price_list"],
                name="customerpricelist_once",
                violation_error_message=_("The customer has this price list already."),
            ),
        ]
