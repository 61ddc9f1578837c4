"""Products, the units they are sold in, their names in other languages and their pictures."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import BooleanField, Func, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.eans import validate_ean
from catalog.models.categories import Category
from catalog.triggers.units import PRODUCT_TRIGGERS, PRODUCT_UNIT_TRIGGERS
from foundation.changes.constraints import filled, unique_ignoring_case
from foundation.changes.models import Tracked
from foundation.transfers.permissions import by_file

MOST_DECIMALS = 4  # of any quantity
LANGUAGE_SHAPE = r"^[a-z]{2}(-[A-Z]{2})?$"


class EanValid(Func):
    """Whether a text is blank or an EAN with its check digit (the function is made by a migration)."""

    function = "catalog_ean_valid"
    output_field = BooleanField()


class Unit(Tracked):
    """What quantities are counted in, such as `item` or `kg`."""

    code = models.CharField(_("code"), max_length=50, help_text=_("Such as item or kg; files name it so."))
    name = models.CharField(_("name"), max_length=100, help_text=_("One of it: item."))
    plural = models.CharField(_("plural"), max_length=100, help_text=_("Several: items."))

    class Meta(Tracked.Meta):
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        permissions = by_file("unit", "units")
        ordering = ["code"]
        constraints = [
            filled("unit_code_trimmed", "code", _("A unit needs a code, without spaces around it.")),
            filled("unit_name_trimmed", "name", _("A unit needs a name, without spaces around it.")),
            filled("unit_plural_trimmed", "plural", _("A unit needs a plural, without spaces around it.")),
            unique_ignoring_case("unit_code_unique", "code", _("There is a unit with this code already.")),
        ]

    def __str__(self) -> str:
        return self.code

    def word(self, quantity: Decimal) -> str:
        """What so many of it are called: item, items."""
        return self.name if abs(quantity) == 1 else self.plural


class ProductTaxCode(Tracked):
    """How a product is taxed, as a code that tax rules and imports refer to."""

    code = models.CharField(_("code"), max_length=255)
    description = models.CharField(_("description"), max_length=255, blank=True)

    class Meta(Tracked.Meta):
        verbose_name = _("product tax code")
        verbose_name_plural = _("product tax codes")
        permissions = by_file("producttaxcode", "product tax codes")
        ordering = ["code"]
        constraints = [
            filled("producttaxcode_code_trimmed", "code", _("A tax code needs a code, without spaces around it.")),
            unique_ignoring_case(
                "producttaxcode_code_unique", "code", _("There is a tax code with this code already.")
            ),
        ]

    def __str__(self) -> str:
        return self.code


def _measure(label: object, places: int, help_text: object) -> models.DecimalField:
    return models.DecimalField(
        label,  # type: ignore[arg-type]
        max_digits=12,
        decimal_places=places,
        blank=True,
        null=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=help_text,  # type: ignore[arg-type]
    )


def _decimals(label: object) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        label,  # type: ignore[arg-type]
        default=0,
        validators=[MaxValueValidator(MOST_DECIMALS)],
        help_text=_("Decimals of a quantity; 0 for whole numbers."),
    )


class Product(Tracked):
    """Something that is sold. Its primary unit is what stock and prices are in where nothing else is said."""

    class Type(models.TextChoices):
        SIMPLE = "simple", _("Simple")
        CONFIGURABLE = "configurable", _("Configurable")
        KIT = "kit", _("Kit")

    class Status(models.TextChoices):
        ENABLED = "enabled", _("Enabled")
        DISABLED = "disabled", _("Disabled")

    class InventoryStatus(models.TextChoices):
        IN_STOCK = "in_stock", _("In Stock")
        OUT_OF_STOCK = "out_of_stock", _("Out of Stock")
        DISCONTINUED = "discontinued", _("Discontinued")

    sku = models.CharField(_("SKU"), max_length=255, blank=True, help_text=_("Unique where there is one."))
    name = models.CharField(_("name"), max_length=255)
    short_description = models.TextField(_("short description"), blank=True)
    description = models.TextField(_("description"), blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, blank=True, null=True, related_name="products", verbose_name=_("category")
    )
    type = models.CharField(_("type"), max_length=20, choices=Type, default=Type.SIMPLE)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.ENABLED)
    inventory_status = models.CharField(
        _("inventory status"), max_length=20, choices=InventoryStatus, default=InventoryStatus.IN_STOCK
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="products",
        verbose_name=_("primary unit"),
        help_text=_("It is kept in this."),
    )
    unit_precision = _decimals(_("decimals"))
    ean = models.CharField(_("EAN"), max_length=14, blank=True, validators=[validate_ean])
    vat_rate = models.DecimalField(
        _("VAT rate"),
        max_digits=5,
        decimal_places=2,
        blank=True,
        null=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=_("In per cent."),
    )
    tax_code = models.ForeignKey(
        ProductTaxCode, models.PROTECT, blank=True, null=True, related_name="products", verbose_name=_("tax code")
    )
    weight = _measure(_("weight"), 3, _("In kilograms, of the primary unit."))
    length = _measure(_("length"), 2, _("In centimetres."))
    width = _measure(_("width"), 2, _("In centimetres."))
    height = _measure(_("height"), 2, _("In centimetres."))
    low_stock_at = _measure(
        _("low stock at"), 4, _("In the primary unit: the list shows the product as low when it has no more than this.")
    )

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *PRODUCT_TRIGGERS]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        permissions = by_file("product", "products")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sku__regex=r"^(\S(.*\S)?)?$"),
                name="product_sku_trimmed",
                violation_error_message=_("A SKU has no spaces around it."),
            ),
            unique_ignoring_case("product_sku_unique", "sku", _("There is a product with this SKU already.")),
            filled("product_name_trimmed", "name", _("A product needs a name, without spaces around it.")),
            models.CheckConstraint(
                condition=EanValid("ean"),
                name="product_ean_valid",
                violation_error_message=_("An EAN has 8, 12, 13 or 14 digits, and its last one is a check digit."),
            ),
            models.CheckConstraint(
                condition=Q(vat_rate=None) | Q(vat_rate__gte=0, vat_rate__lte=100),
                name="product_vat_rate_sane",
                violation_error_message=_("A VAT rate lies between 0 and 100 per cent."),
            ),
            models.CheckConstraint(
                condition=Q(unit_precision__lte=MOST_DECIMALS),
                name="product_precision_sane",
                violation_error_message=_("A quantity has 4 decimals at most."),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}),
                    name=f"product_{name}_not_negative",
                    violation_error_message=_("A measure is zero or more."),
                )
                for name in ("weight", "length", "width", "height", "low_stock_at")
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__in": values}),
                    name=f"product_{name}_known",
                    violation_error_message=_("This value is not a valid choice."),
                )
                for name, values in (
                    ("type", ["simple", "configurable", "kit"]),
                    ("status", ["enabled", "disabled"]),
                    ("inventory_status", ["in_stock", "out_of_stock", "discontinued"]),
                )
            ),
        ]
        indexes = [models.Index(Lower("name"), name="product_by_name"), models.Index("ean", name="product_by_ean")]

    def __str__(self) -> str:
        return f"{self.sku} – {self.name}" if self.sku else self.name

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Take the spaces off what people type, then check it."""
        self.sku, self.name, self.ean = self.sku.strip(), self.name.strip(), self.ean.strip()
        super().clean_fields(exclude=exclude)


class ProductName(Tracked):
    """A product's name in another language than the company's own."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="names", verbose_name=_("product"))
    language = models.CharField(
        _("language"),
        max_length=5,
        validators=[RegexValidator(LANGUAGE_SHAPE, _("A language is a code such as de or pt-BR."))],
        help_text=_("A code such as de or pt-BR."),
    )
    name = models.CharField(_("name"), max_length=255)

    class Meta(Tracked.Meta):
        verbose_name = _("name in another language")
        verbose_name_plural = _("names in other languages")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "language"],
                name="productname_once",
                violation_error_message=_("The product has a name in this language already."),
            ),
            models.CheckConstraint(
                condition=Q(language__regex=LANGUAGE_SHAPE),
                name="productname_language_shape",
                violation_error_message=_("A language is a code such as de or pt-BR."),
            ),
            filled("productname_name_trimmed", "name", _("A name is needed, without spaces around it.")),
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.name}"


class ProductUnit(Tracked):
    """Another unit in which a product is sold or kept."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="units", verbose_name=_("product"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="product_units", verbose_name=_("unit"))
    precision = _decimals(_("decimals"))
    conversion_rate = models.DecimalField(
        _("conversion rate"),
        max_digits=14,
        decimal_places=6,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.000001"))],
        help_text=_("How many of the primary unit one of this unit is. Prices are never converted."),
    )
    is_sold = models.BooleanField(_("sold"), default=True)

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *PRODUCT_UNIT_TRIGGERS]
        verbose_name = _("further unit")
        verbose_name_plural = _("further units")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "unit"],
                name="productunit_once",
                violation_error_message=_("Each product unit code should be unique"),
            ),
            models.CheckConstraint(
                condition=Q(conversion_rate__gt=0),
                name="productunit_rate_positive",
                violation_error_message=_("A conversion rate is more than zero."),
            ),
            models.CheckConstraint(
                condition=Q(precision__lte=MOST_DECIMALS),
                name="productunit_precision_sane",
                violation_error_message=_("A quantity has 4 decimals at most."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit)

    def clean(self) -> None:
        """The primary unit is no further one; the database holds the same."""
        if self.product_id and self.unit_id and self.product.unit_id == self.unit_id:
            raise ValidationError({"unit": _("This is the product's primary unit already.")})


class ProductImage(Tracked):
    """A picture of a product, at an address; the smallest position comes first."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images", verbose_name=_("product"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    url = models.URLField(_("address"), max_length=1000, help_text=_("Where the picture lies, with https."))

    class Meta(Tracked.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(url__regex=r"^https?://"),
                name="productimage_url_web",
                violation_error_message=_("The address of a picture begins with https."),
            ),
        ]

    def __str__(self) -> str:
        return self.url
