"""What customers are sorted by: groups, payment terms, tax codes, ratings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.changes.constraints import filled, unique_ignoring_case
from foundation.changes.models import Tracked
from foundation.transfers.permissions import by_file


class PaymentTerm(Tracked):
    """When a customer has to pay, such as `net 30`; imports know it by its label."""

    label = models.CharField(_("label"), max_length=255)

    class Meta(Tracked.Meta):
        verbose_name = _("payment term")
        verbose_name_plural = _("payment terms")
        permissions = by_file("paymentterm", "payment terms")
        ordering = ["label"]
        constraints = [
            filled("paymentterm_label_trimmed", "label", _("A payment term needs a label, without spaces around it.")),
            unique_ignoring_case(
                "paymentterm_label_unique", "label", _("There is a payment term with this label already.")
            ),
        ]

    def __str__(self) -> str:
        return self.label


class TaxCode(Tracked):
    """How a customer is taxed, as a code that tax rules and imports refer to."""

    code = models.CharField(_("code"), max_length=255)
    description = models.CharField(_("description"), max_length=255, blank=True)

    class Meta(Tracked.Meta):
        verbose_name = _("tax code")
        verbose_name_plural = _("tax codes")
        permissions = by_file("taxcode", "tax codes")
        ordering = ["code"]
        constraints = [
            filled("taxcode_code_trimmed", "code", _("A tax code needs a code, without spaces around it.")),
            unique_ignoring_case("taxcode_code_unique", "code", _("There is a tax code with this code already.")),
        ]

    def __str__(self) -> str:
        return self.code


class InternalRating(Tracked):
    """How good a customer is in our own eyes; imports use the code (`3_of_5`), people read the label."""

    code = models.CharField(_("code"), max_length=32)
    label = models.CharField(_("label"), max_length=255)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta(Tracked.Meta):
        verbose_name = _("internal rating")
        verbose_name_plural = _("internal ratings")
        ordering = ["position", "label"]
        constraints = [
            filled("internalrating_code_trimmed", "code", _("A rating needs a code, without spaces around it.")),
            filled("internalrating_label_trimmed", "label", _("A rating needs a label, without spaces around it.")),
            unique_ignoring_case("internalrating_code_unique", "code", _("There is a rating with this code already.")),
        ]

    def __str__(self) -> str:
        return self.label


class CustomerGroup(Tracked):
    """Customers that are treated alike; gives its payment term, tax code and price lists to those without their own."""

    class PriceFallback(models.TextChoices):
        SYSTEM = "system", _("General price lists")
        GROUP_ONLY = "group_only", _("This customer group only")

    name = models.CharField(_("name"), max_length=255)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        blank=True,
        null=True,
        related_name="customer_groups",
        limit_choices_to={"is_staff": True},
        verbose_name=_("owner"),
    )
    payment_term = models.ForeignKey(
        PaymentTerm,
        models.PROTECT,
        blank=True,
        null=True,
        related_name="customer_groups",
        verbose_name=_("payment term"),
    )
    tax_code = models.ForeignKey(
        TaxCode, models.PROTECT, blank=True, null=True, related_name="customer_groups", verbose_name=_("tax code")
    )
    price_fallback = models.CharField(
        _("price fallback"),
        max_length=20,
        choices=PriceFallback,
        default=PriceFallback.SYSTEM,
        help_text=_("Where a price comes from when the lists of this group have none."),
    )

    class Meta(Tracked.Meta):
        verbose_name = _("customer group")
        verbose_name_plural = _("customer groups")
        permissions = by_file("customergroup", "customer groups")
        ordering = ["name"]
        constraints = [
            filled("customergroup_name_trimmed", "name", _("A group needs a name, without spaces around it.")),
            unique_ignoring_case(
                "customergroup_name_unique", "name", _("There is a customer group with this name already.")
            ),
            models.CheckConstraint(
                condition=Q(price_fallback__in=["system", "group_only"]), name="customergroup_price_fallback_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
