"""Addresses of customers as a file, in the columns of OroCommerce's customer addresses, byte for byte."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Address
from customers.regions import country_code, region_code
from customers.resources.judging import judge_primaries
from customers.resources.rules import (
    BILLING_RULE,
    HOLDER_RULE,
    NAMES_RULE,
    NOW,
    REGION_RULE,
    SHIPPING_RULE,
    VALIDATED_RULE,
)
from customers.resources.shared import ScopedResource, customer_columns, sees_all, visible_customers
from foundation.identity.models import User
from foundation.transfers.columns import Column, TextWidget
from foundation.transfers.declaration import Identity, Rewrite, Taken
from foundation.transfers.options import CLEAR, Options
from foundation.transfers.plain import PlainResource
from foundation.transfers.widgets import FALSE_WORDS, TRUE_WORDS, DateTimeWidget, FlagWidget

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names

STATE, CODE, COUNTRY = "State", "State Combined code", "Country ISO2 code"


class CountryWidget(TextWidget):
    """A country by its code or its English name."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        """Return the code, None for a blank cell; raises ValueError for no country."""
        text = str(value or "").strip()
        if text and not country_code(text):
            raise ValueError(_("“%(value)s” is no country: write a code of two letters such as PL.") % {"value": text})
        return country_code(text) or None


class ValidatedWidget(DateTimeWidget):
    """When somebody validated the address; yes means now, unless it has been validated, and no takes it away."""

    def clean(  # type: ignore[override]
        self, value: Any, row: Any = None, *, options: Options | None = None, **kwargs: Any
    ) -> datetime | None:
        """Return the moment, or what stands for now."""
        word = str(value or "").strip().lower()
        if word in TRUE_WORDS or word in FALSE_WORDS:
            return NOW if word in TRUE_WORDS else None
        return super().clean(value, row, options=options, **kwargs)


def settle_region(cells: dict[str, str]) -> dict[str, str]:
    """Find the code of a state given by name or in another system's code; where there is none, the name stays."""
    state, code, country = cells[STATE], cells[CODE], country_code(cells[COUNTRY])
    if code and code != CLEAR:
        found = region_code(country or code[:2].upper(), code)
        return {STATE: CLEAR if found else state, CODE: found or code}
    if not state or state == CLEAR:
        return {STATE: state, CODE: code}
    found = region_code(country, state)
    return {STATE: CLEAR, CODE: found} if found else {STATE: state, CODE: CLEAR}


def visible_addresses(actor: User | None) -> models.QuerySet[Address]:
    """Addresses of the customers a person may see."""
    rows = Address.objects.all()
    return rows if sees_all(actor) else rows.filter(customer__in=visible_customers(actor).values("pk"))


def flag(name: str, attribute: str, help: Any, sample: str = "0") -> Column:
    """A column of yes and no."""
    return Column(name, attribute, widget=FlagWidget(), help=help, sample=sample)


class AddressResource(ScopedResource):
    """One row is one address; found by its id, else by customer and place."""

    identities = (
        Identity(("id",), must_exist=True),
        Identity(
            ("customer", "street", "postal_code", "city", "region", "country"),
            required=("customer", "street"),
            ambiguous=gettext_lazy("The customer has %(count)s addresses there: say which by the Address ID."),
        ),
    )
    rules = (NAMES_RULE, REGION_RULE, BILLING_RULE, SHIPPING_RULE, VALIDATED_RULE, HOLDER_RULE)
    rewrites = (Rewrite((STATE, CODE), (STATE, CODE, COUNTRY), (STATE, CODE), settle_region),)
    taken = (
        Taken("is_primary", "customer", always=True),
        Taken("is_default_billing", "customer"),
        Taken("is_default_shipping", "customer"),
    )
    deleting = "Delete"

    label = Column("Label", "label", help=gettext_lazy("What people call the address."), sample="Head office")
    organization = Column(
        "Organization",
        "organization",
        sample="Example Print Works Ltd",
        help=gettext_lazy("Name on the letter; or first and last name."),
    )
    name_prefix = Column("Name prefix", "name_prefix", help=gettext_lazy("Such as Dr."))
    first_name = Column("First name", "first_name", help=gettext_lazy("With the last name, where no organization is."))
    middle_name = Column("Middle name", "middle_name", help=gettext_lazy("If there is one."))
    last_name = Column("Last name", "last_name", help=gettext_lazy("With the first name, where no organization is."))
    name_suffix = Column("Name suffix", "name_suffix", help=gettext_lazy("Such as Jr."))
    street = Column(
        "Street",
        "street",
        aliases=("Address",),
        sample="ul. Prosta 20",
        help=gettext_lazy("Street and number. A new address needs it."),
    )
    street2 = Column("Street 2", "street2", help=gettext_lazy("A second line."))
    postal_code = Column(
        "Zip/Postal Code",
        "postal_code",
        aliases=("Zip", "Postal Code", "Postcode"),
        sample="00-850",
        help=gettext_lazy("As the country writes it."),
    )
    city = Column("City", "city", sample="Warszawa", help=gettext_lazy("A new address needs it."))
    region_text = Column(
        STATE,
        "region_text",
        aliases=("Region",),
        help=gettext_lazy("Name of the state or region; its code is found by the country. Or the code below."),
    )
    region = Column(CODE, "region", sample="PL-14", help=gettext_lazy("Code of ISO 3166-2 such as PL-14 or US-CA."))
    country = Column(
        COUNTRY,
        "country",
        widget=CountryWidget(),
        aliases=("Country", "Country code"),
        sample="PL",
        help=gettext_lazy("Two letters such as PL, or the English name. A new address needs it."),
    )
    id = Column(
        "Address ID",
        "id",
        readonly=True,
        help=gettext_lazy("Our number of the address. Blank: found by customer and place, else new."),
    )
    phone = Column("Phone", "phone", sample="+48 22 123 45 67", help=gettext_lazy("Kept as written."))
    is_primary = flag(
        "Primary",
        "is_primary",
        gettext_lazy("Yes: it takes over from the primary address there was. One of a customer always is."),
        "1",
    )
    validated_at = Column(
        "Validated At",
        "validated_at",
        widget=ValidatedWidget(),
        saves_null_values=True,
        help=gettext_lazy("When the address was validated, or yes for now and no for never."),
    )
    customer_id, customer_name, customer_code = customer_columns()
    owner_name = Column(
        "Owner Username", None, readonly=True, help=gettext_lazy("Not read: an address belongs to its customer.")
    )
    is_billing = flag("Billing", "is_billing", gettext_lazy("Yes or no: for invoices."), "1")
    is_default_billing = flag(
        "Default Billing",
        "is_default_billing",
        gettext_lazy("Yes: the one for invoices, taken over from the former one; it is a billing address then."),
        "1",
    )
    is_shipping = flag("Shipping", "is_shipping", gettext_lazy("Yes or no: for parcels."))
    is_default_shipping = flag(
        "Default Shipping",
        "is_default_shipping",
        gettext_lazy("Yes: the one for parcels, taken over from the former one; it is a shipping address then."),
    )
    delete = Column(
        "Delete",
        None,
        widget=FlagWidget(),
        help=gettext_lazy("Yes deletes the address that the row means; nothing happens where there is none."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = Address
        fields = (
            *("label", "organization", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix"),
            *("street", "street2", "postal_code", "city", "region_text", "region", "country", "id", "phone"),
            *("is_primary", "validated_at", "customer_id", "customer_name", "owner_name", "is_billing"),
            *("is_default_billing", "is_shipping", "is_default_shipping", "delete", "customer_code"),
        )

    def for_export(self, rows: models.QuerySet[Address]) -> models.QuerySet[Address]:
        """Load the customers with the rows."""
        return rows.select_related("customer").order_by("pk")

    def visible(self, options: Options) -> models.QuerySet[Address]:
        """Addresses of this person's customers."""
        return visible_addresses(options.actor)

    def judge(self, names: Names, layout: Layout) -> None:
        """A primary address goes only with all others, or where another one takes its place."""
        judge_primaries(names, layout)
