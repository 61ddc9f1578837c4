"""Where customers are: billing and shipping addresses."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import Regex
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from django_stubs_ext import StrOrPromise

from customers.models.customer import Customer
from customers.regions import region_problem
from customers.triggers.addresses import ADDRESS_TRIGGERS
from foundation.changes.constraints import OneFlagged, filled
from foundation.changes.models import Tracked
from foundation.transfers.permissions import by_file

# Cast, because the lookups of a country field compare with lists of countries.
COUNTRY_SHAPE = Regex(Cast("country", models.TextField()), "^[A-Z]{2}$")

NAME_MISSING: dict[str, StrOrPromise] = {
    "first_name": _("First Name and Last Name or Organization should not be blank."),
    "last_name": _("Last Name and First Name or Organization should not be blank."),
    "organization": _("Organization or First Name and Last Name should not be blank."),
}


SETTLED_BY_DATABASE = [
    "is_primary",
    "is_default_billing",
    "is_default_shipping",
    "validated_at",
    "latitude",
    "longitude",
    "version",
    "updated_at",
]


class Address(Tracked):
    """A place of a customer, for invoices, for parcels or for both."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses", verbose_name=_("customer"))
    label = models.CharField(_("label"), max_length=255, blank=True)
    organization = models.CharField(_("organization"), max_length=255, blank=True)
    name_prefix = models.CharField(_("name prefix"), max_length=255, blank=True)
    first_name = models.CharField(_("first name"), max_length=255, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=255, blank=True)
    last_name = models.CharField(_("last name"), max_length=255, blank=True)
    name_suffix = models.CharField(_("name suffix"), max_length=255, blank=True)
    street = models.CharField(_("street"), max_length=500)
    street2 = models.CharField(_("street, second line"), max_length=500, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=255, blank=True)
    city = models.CharField(_("city"), max_length=255)
    region = models.CharField(
        _("region"), max_length=8, blank=True, help_text=_("ISO 3166-2 code such as PL-14 or US-CA.")
    )
    region_text = models.CharField(
        _("region, as text"), max_length=255, blank=True, help_text=_("Only for countries without region codes.")
    )
    country = CountryField(_("country"))
    phone = models.CharField(_("phone"), max_length=255, blank=True)
    is_billing = models.BooleanField(_("billing"), default=False)
    is_shipping = models.BooleanField(_("shipping"), default=False)
    is_default_billing = models.BooleanField(_("default billing"), default=False)
    is_default_shipping = models.BooleanField(_("default shipping"), default=False)
    is_primary = models.BooleanField(_("primary"), default=False)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, blank=True, null=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, blank=True, null=True)
    validated_at = models.DateTimeField(
        _("validated at"), blank=True, null=True, help_text=_("Taken away when the address is edited.")
    )

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *ADDRESS_TRIGGERS]
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        permissions = by_file("address", "addresses")
        ordering = ["-is_primary", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__regex=r"\S") | (Q(first_name__regex=r"\S") & Q(last_name__regex=r"\S")),
                name="address_has_name_or_organization",
                violation_error_message=NAME_MISSING["organization"],
            ),
            filled("address_street_trimmed", "street", _("An address needs a street, without spaces around it.")),
            filled("address_city_trimmed", "city", _("An address needs a city, without spaces around it.")),
            models.CheckConstraint(
                condition=COUNTRY_SHAPE,
                name="address_country_shape",
                violation_error_message=_("A country is a code of two letters such as PL."),
            ),
            models.CheckConstraint(
                condition=Q(region="") | Q(region__startswith=Concat("country", models.Value("-"))),
                name="address_region_in_country",
                violation_error_message=_("The region does not belong to the country."),
            ),
            models.CheckConstraint(
                condition=Q(region="") | Q(region_text=""),
                name="address_one_region",
                violation_error_message=_("Custom region can be used only for countries without predefined regions."),
            ),
            models.CheckConstraint(
                condition=(Q(is_default_billing=False) | Q(is_billing=True))
                & (Q(is_default_shipping=False) | Q(is_shipping=True)),
                name="address_default_has_type",
                violation_error_message=_("A default billing address is a billing address; the same for shipping."),
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="address_coordinates_on_earth",
                violation_error_message=_("Coordinates are a latitude up to 90 and a longitude up to 180 degrees."),
            ),
            OneFlagged(name="address_one_primary", holder="customer", flag="is_primary"),
            OneFlagged(name="address_one_default_billing", holder="customer", flag="is_default_billing"),
            OneFlagged(name="address_one_default_shipping", holder="customer", flag="is_default_shipping"),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.label, self.street, f"{self.postal_code} {self.city}".strip()) if part)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and learn what the triggers made of flags, validation and coordinates."""
        super().save(*args, **kwargs)
        self.refresh_from_db(fields=SETTLED_BY_DATABASE)

    def clean_fields(self, exclude: Any = None) -> None:
        """A default billing address is a billing address: tick both for whoever ticks one."""
        self.is_billing = self.is_billing or self.is_default_billing
        self.is_shipping = self.is_shipping or self.is_default_shipping
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """Say what is missing where; the database holds the rules as well."""
        problems: dict[str, StrOrPromise] = {}
        if not self.organization and not (self.first_name and self.last_name):
            problems |= NAME_MISSING
        if self.country and (problem := region_problem(str(self.country), self.region, self.region_text)):
            problems["region"] = problem
        if problems:
            raise ValidationError(problems)
