"""The people of customers, and the departments they are in."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.models.addresses import Address
from customers.models.customer import Customer
from customers.phones import PHONE_SHAPE, international
from customers.triggers.people import CONTACT_TRIGGERS, DEPARTMENT_TRIGGERS, LATER_TRIGGERS, MEMBERSHIP_TRIGGERS
from foundation.changes.constraints import filled
from foundation.changes.models import Tracked
from foundation.transfers.permissions import by_file


class Contact(Tracked):
    """A person of a customer; may have a portal user to sign in with."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts", verbose_name=_("customer"))
    name_prefix = models.CharField(_("name prefix"), max_length=255, blank=True)
    first_name = models.CharField(_("first name"), max_length=255, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=255, blank=True)
    last_name = models.CharField(_("last name"), max_length=255, blank=True)
    name_suffix = models.CharField(_("name suffix"), max_length=255, blank=True)
    job_title = models.CharField(_("job title"), max_length=255, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    phone_e164 = models.CharField(_("phone, international"), max_length=32, blank=True, editable=False)
    mobile = models.CharField(_("mobile phone"), max_length=64, blank=True)
    mobile_e164 = models.CharField(_("mobile phone, international"), max_length=32, blank=True, editable=False)
    address = models.ForeignKey(
        Address, models.SET_NULL, blank=True, null=True, related_name="contacts", verbose_name=_("address")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        blank=True,
        null=True,
        related_name="contact",
        limit_choices_to={"kind": "portal"},
        verbose_name=_("portal user"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *CONTACT_TRIGGERS]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        permissions = [
            *by_file("contact", "contacts"),
            ("tell_contact", _("Can give a person what is held about them")),
            ("erase_contact", _("Can erase persons")),
        ]
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_name__regex=r"\S") | Q(last_name__regex=r"\S"),
                name="contact_has_name",
                violation_error_message=_("A contact needs a first name or a last name."),
            ),
            models.CheckConstraint(
                condition=Q(phone_e164__regex=PHONE_SHAPE) & Q(mobile_e164__regex=PHONE_SHAPE),
                name="contact_phones_international",
                violation_error_message=_("An international phone number begins with + and the country's number."),
            ),
            models.CheckConstraint(
                condition=~Q(email__regex=r"\s"),
                name="contact_email_trimmed",
                violation_error_message=_("An e-mail address has no spaces in it."),
            ),
        ]
        indexes = [
            models.Index(Lower("email"), name="contact_by_email"),  # imports and sign-in look people up by e-mail
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Name as one writes it on a letter."""
        parts = (self.name_prefix, self.first_name, self.middle_name, self.last_name, self.name_suffix)
        return " ".join(part for part in parts if part)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Take the spaces off what people type, then check it."""
        self.first_name, self.last_name, self.email = (
            self.first_name.strip(),
            self.last_name.strip(),
            self.email.strip(),
        )
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """Normalise the phone numbers; check what spans two records, which the database does as well."""
        self._normalise_phones()
        if self.address_id and self.address and self.address.customer_id != self.customer_id:
            raise ValidationError({"address": _("This address belongs to another customer.")})

    def _normalise_phones(self) -> None:
        country = ""
        if any(number and not number.startswith(("+", "00")) for number in (self.phone, self.mobile)):
            country = str(self.address.country) if self.address else self._country_of_customer()
        self.phone_e164 = international(self.phone, country)
        self.mobile_e164 = international(self.mobile, country)

    def _country_of_customer(self) -> str:
        return self.customer.country() if self.customer_id else ""


class Department(Tracked):
    """People who work together; a contact is in one department at most."""

    name = models.CharField(_("name"), max_length=255)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        blank=True,
        null=True,
        related_name="departments",
        verbose_name=_("customer"),
        help_text=_("If set, only people of this customer and its subsidiaries may join."),
    )
    description = models.TextField(_("description"), blank=True)
    members = models.ManyToManyField(
        Contact, through="Membership", related_name="departments", blank=True, verbose_name=_("members")
    )

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *DEPARTMENT_TRIGGERS]
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        permissions = by_file("department", "departments")
        ordering = ["name", "pk"]
        constraints = [
            filled("department_name_trimmed", "name", _("A department needs a name, without spaces around it.")),
            models.UniqueConstraint(
                "customer",
                Lower("name"),
                name="department_name_unique",
                violation_error_message=_("This customer has a department with this name already."),
            ),
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(customer=None),
                name="department_general_name_unique",
                violation_error_message=_("There is a department with this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Tracked):
    """A contact is in a department."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="memberships", verbose_name=_("department"))
    contact = models.OneToOneField(
        Contact,
        models.CASCADE,
        related_name="membership",
        verbose_name=_("contact"),
        error_messages={"unique": _("This person is in a department already, and can be in one only.")},
    )

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *MEMBERSHIP_TRIGGERS]
        verbose_name = _("department member")
        verbose_name_plural = _("department members")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.contact} – {self.department}"


class JudgedLater(models.Model):
    """What a statement moved whose rules are judged when its transaction ends (customers/triggers/later.py).

    No row outlives its transaction.
    """

    rule = models.CharField(max_length=20)
    keys = ArrayField(models.BigIntegerField())

    class Meta:
        triggers = LATER_TRIGGERS
        verbose_name = _("rule to judge")
        verbose_name_plural = _("rules to judge")
        default_permissions = ()

    def __str__(self) -> str:
        return self.rule
