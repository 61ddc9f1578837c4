"""The customer: a company that buys from us."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.money import validate_currency
from customers.models.accounts import Account
from customers.models.groups import CustomerGroup, InternalRating, PaymentTerm, TaxCode
from customers.models.rules import RepIdsValid
from customers.phones import PHONE_SHAPE, international
from customers.refusals import OWN_PARENT, PARENT_IS_BELOW
from customers.search import SEARCH_DOCUMENT
from customers.triggers.accounts import ACCOUNT_TRIGGERS
from customers.triggers.codes import CODE_TRIGGERS
from customers.triggers.tree import TREE_TRIGGERS
from customers.vat import VatState, check_vat
from foundation.changes.constraints import currency_shape, filled, unique_ignoring_case
from foundation.changes.models import Tracked

REP_ID_LENGTH = 25  # as the back office delivers them
VAT_SHAPE = r"^([A-Z0-9+*]{2,20})?$"  # Irish numbers may hold + or *


class RepKeys(Func):
    """Rep ids in small letters, for comparing them ignoring case (the function is made by the first migration)."""

    function = "customers_rep_keys"
    output_field = ArrayField(TextField())


EFFECTIVE_REP_IDS = Coalesce("rep_ids_override", "rep_ids")


# Own recursion, which begins at the customer: libraries for trees walk the whole forest first, a million rows of it.
BELOW = """
    WITH RECURSIVE tree(id) AS (
        SELECT %s::bigint
        UNION
        SELECT c.id FROM tree JOIN customers_customer c ON c.parent_id = tree.id
    ) SELECT id FROM tree
"""
ABOVE = """
    WITH RECURSIVE tree(id) AS (
        SELECT %s::bigint
        UNION
        SELECT c.parent_id FROM tree JOIN customers_customer c ON c.id = tree.id WHERE c.parent_id IS NOT NULL
    ) SELECT id FROM tree
"""


class MadeByTrigger(models.ForeignKey):
    """A foreign key that a trigger may fill on insert: the row's object learns the value from the insert itself.

    Without that, an object that was created with None would write the None back when it is saved again.
    """

    db_returning = True

    def deconstruct(self) -> Any:
        """To a migration this is a plain foreign key."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Reads that many places need."""

    def descendants_of(self, customer: Customer, *, include_self: bool = False) -> Self:
        """Everybody below a customer, however deep."""
        below = self.filter(pk__in=RawSQL(BELOW, [customer.pk]))  # noqa: S611  (a constant of ours)
        return below if include_self else below.exclude(pk=customer.pk)

    def ancestors_of(self, customer: Customer, *, include_self: bool = False) -> Self:
        """The parent of a customer, its parent and so on."""
        above = self.filter(pk__in=RawSQL(ABOVE, [customer.pk]))  # noqa: S611  (a constant of ours)
        return above if include_self else above.exclude(pk=customer.pk)

    def with_terms(self) -> Self:
        """Load what `payment_term_of` and `tax_code_of` look at, and annotate the texts for sorting and filtering."""
        return self.select_related("payment_term", "tax_code", "group__payment_term", "group__tax_code").annotate(
            effective_payment_term=Coalesce("payment_term__label", "group__payment_term__label"),
            effective_tax_code=Coalesce("tax_code__code", "group__tax_code__code"),
        )

    def with_rep(self, rep_id: str) -> Self:
        """Customers whose rep ids in force name this rep, ignoring case."""
        return self.alias(rep_keys=RepKeys(EFFECTIVE_REP_IDS)).filter(rep_keys__contains=[rep_id.strip().lower()])


class Customer(Tracked):
    """A company (never a person) that buys from us; may be the subsidiary of another one."""

    VatState = VatState

    class PriceFallback(models.TextChoices):
        GROUP = "group", _("Customer group")
        CUSTOMER_ONLY = "customer_only", _("This customer only")

    code = models.CharField(
        _("code"),
        max_length=64,
        blank=True,
        help_text=_("The customer's number in the company's own leading system, if it has one."),
    )
    name = models.CharField(_("name"), max_length=255)
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        blank=True,
        null=True,
        related_name="children",
        verbose_name=_("parent customer"),
    )
    group = models.ForeignKey(
        CustomerGroup,
        models.SET_NULL,
        blank=True,
        null=True,
        related_name="customers",
        verbose_name=_("customer group"),
    )
    account = MadeByTrigger(
        Account,
        models.SET_NULL,
        blank=True,
        null=True,
        related_name="customers",
        verbose_name=_("account"),
        help_text=_("Left empty, a new customer gets an account of its own."),
    )
    own_account = MadeByTrigger(
        Account,
        models.SET_NULL,
        blank=True,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("own account"),
        help_text=_("What the customer goes back to when it no longer shares the account of its root company."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        blank=True,
        null=True,
        related_name="customers",
        limit_choices_to={"is_staff": True},
        verbose_name=_("owner"),
    )
    internal_rating = models.ForeignKey(
        InternalRating,
        models.PROTECT,
        blank=True,
        null=True,
        related_name="customers",
        verbose_name=_("internal rating"),
    )
    payment_term = models.ForeignKey(
        PaymentTerm, models.PROTECT, blank=True, null=True, related_name="customers", verbose_name=_("payment term")
    )
    tax_code = models.ForeignKey(
        TaxCode, models.PROTECT, blank=True, null=True, related_name="customers", verbose_name=_("tax code")
    )
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    vat_state = models.CharField(
        _("VAT id check"), max_length=10, choices=VatState, default=VatState.UNCHECKED, editable=False
    )
    email = models.EmailField(_("e-mail address"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    phone_e164 = models.CharField(_("phone, international"), max_length=32, blank=True, editable=False)
    rep_ids = ArrayField(
        models.CharField(max_length=REP_ID_LENGTH),
        default=list,
        blank=True,
        verbose_name=_("rep ids of the back office"),
        help_text=_("Sales representatives in order, the first is the main one."),
    )
    rep_ids_override = ArrayField(
        models.CharField(max_length=REP_ID_LENGTH),
        blank=True,
        null=True,
        verbose_name=_("rep ids set by hand"),
        help_text=_("Counts instead of those of the back office and is kept by imports."),
    )
    price_fallback = models.CharField(
        _("price fallback"),
        max_length=20,
        choices=PriceFallback,
        default=PriceFallback.GROUP,
        help_text=_("Where a price comes from when the lists of this customer have none."),
    )
    credit_limit = models.DecimalField(_("credit limit"), max_digits=14, decimal_places=2, blank=True, null=True)
    credit_currency = models.CharField(
        _("currency of the credit limit"), max_length=3, blank=True, validators=[validate_currency]
    )
    is_on_hold = models.BooleanField(_("on hold"), default=False, help_text=_("No new orders for now."))
    is_internal = models.BooleanField(
        _("internal"), default=False, help_text=_("A business of our own, such as the employer of our representatives.")
    )

    objects = CustomerQuerySet.as_manager()

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *ACCOUNT_TRIGGERS, *TREE_TRIGGERS, *CODE_TRIGGERS]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name", "pk"]
        permissions = [
            ("access_all_customers", _("Can see the customers of every owner")),
            ("import_customer", _("Can import customers")),
            ("export_customer", _("Can export customers")),
            ("merge_customer", _("Can merge customers")),
        ]
        constraints = [
            filled("customer_name_trimmed", "name", _("A customer needs a name, without spaces around it.")),
            unique_ignoring_case("customer_code_unique", "code", _("There is a customer with this code already.")),
            models.CheckConstraint(
                condition=Q(code="") | Q(code__regex=r"^\S(.*\S)?$"),
                name="customer_code_trimmed",
                violation_error_message=_("A code has no spaces around it."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="customer_not_own_parent",
                violation_error_message=_("Circular reference detected. A customer cannot be its own parent."),
            ),
            models.CheckConstraint(
                condition=Q(vat_id__regex=VAT_SHAPE),
                name="customer_vat_id_normalised",
                violation_error_message=_("A VAT id is kept in capitals and digits, without spaces."),
            ),
            models.CheckConstraint(
                condition=Q(vat_state__in=["unchecked", "valid", "invalid"])
                & (~Q(vat_id="") | Q(vat_state="unchecked")),
                name="customer_vat_state_fits",
                violation_error_message=_("Without a VAT id there is nothing checked."),
            ),
            models.CheckConstraint(
                condition=RepIdsValid("rep_ids") & RepIdsValid("rep_ids_override"),
                name="customer_rep_ids_valid",
                violation_error_message=_(
                    "Rep ids are neither blank nor twice in the list, and have no semicolon and no spaces around them."
                ),
            ),
            models.CheckConstraint(
                condition=Q(phone_e164__regex=PHONE_SHAPE),
                name="customer_phone_international",
                violation_error_message=_("An international phone number begins with + and the country's number."),
            ),
            models.CheckConstraint(
                condition=~Q(email__regex=r"\s"),
                name="customer_email_trimmed",
                violation_error_message=_("An e-mail address has no spaces in it."),
            ),
            models.CheckConstraint(
                condition=Q(credit_limit=None) | (Q(credit_limit__gte=0) & ~Q(credit_currency="")),
                name="customer_credit_limit_has_currency",
                violation_error_message=_("A credit limit is zero or more and needs a currency."),
            ),
            currency_shape("customer_credit_currency_shape", "credit_currency"),
            models.CheckConstraint(
                condition=Q(price_fallback__in=["group", "customer_only"]), name="customer_price_fallback_known"
            ),
        ]
        indexes = [
            models.Index("name", "id", name="customer_by_name"),  # the list of customers, page by page
            GinIndex(SEARCH_DOCUMENT, name="customer_search"),  # customer_search()
            GinIndex(RepKeys(EFFECTIVE_REP_IDS), name="customer_by_rep"),  # with_rep()
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def effective_rep_ids(self) -> list[str]:
        """The rep ids in force: those set by hand, else those of the back office."""
        return self.rep_ids if self.rep_ids_override is None else self.rep_ids_override

    @property
    def has_rep_override(self) -> bool:
        """Whether somebody set the rep ids by hand."""
        return self.rep_ids_override is not None

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Take the spaces off what people type, then check it."""
        self.code, self.name, self.email = self.code.strip(), self.name.strip(), self.email.strip()
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """Check what needs more than one field, and normalise the VAT id and the phone number."""
        problems: dict[str, str] = {}
        if problem := self.parent_problem():
            problems["parent"] = problem
        self.vat_id, self.vat_state, reason = check_vat(self.vat_id, self._country_for(self.vat_id))
        if reason:
            problems["vat_id"] = reason
        self.phone_e164 = international(self.phone, self._country_for(self.phone))
        if problems:
            raise ValidationError(problems)

    def parent_problem(self) -> str:
        """Why the parent cannot be it, in a sentence; blank where it can."""
        names = {"name": self.name, "parent": str(self.parent or "")}
        if not self.parent_id or not self.pk:
            return ""
        if self.parent_id == self.pk:
            return gettext(OWN_PARENT) % names
        if Customer.objects.descendants_of(self).filter(pk=self.parent_id).exists():
            return gettext(PARENT_IS_BELOW) % names
        return ""

    def _country_for(self, number: str) -> str:
        """Country of the billing (else the primary) address, for a number that does not say its own."""
        if not self.pk or not number or number.startswith(("+", "00")) or number[:2].isalpha():
            return ""
        return self.country()

    def country(self) -> str:
        """Where the customer is: the country of its default billing address, else of its primary one; else blank."""
        found = self.addresses.order_by("-is_default_billing", "-is_primary").values_list("country", flat=True).first()
        return str(found or "")
