"""What customers pay: the prices of many products in one call, and why one of them holds."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models.functions import Lower
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Product, Unit
from customers.models import Customer
from customers.pricing import ChainEntry, Explanation, PriceFound, Wanted, explain, prices_for
from customers.pricing.explaining import Competitor, ListShown
from customers.selectors import customer_list
from foundation.identity.api import HasScope, Scoped

MOST = 1000  # products in one call
AMOUNT: dict[str, Any] = {"max_digits": 19, "decimal_places": 4}


@extend_schema_field(OpenApiTypes.INT)
class VisibleCustomer(serializers.PrimaryKeyRelatedField[Customer]):
    """A customer this caller may see."""

    default_error_messages: ClassVar[dict[str, Any]] = {"does_not_exist": "There is no such customer to be seen."}

    def get_queryset(self) -> Any:
        """Return those."""
        request = self.context.get("request")
        return customer_list(request.user) if request else Customer.objects.none()


# --- many prices ------------------------------------------------------------------------------------------------------


class WantedSerializer(serializers.Serializer[Any]):
    """A product, by id or by SKU, and how many of which unit."""

    product = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    sku = serializers.CharField(required=False, max_length=255)
    unit = serializers.CharField(required=False, max_length=50, help_text="Code; without it the product's own unit.")
    quantity = serializers.DecimalField(**AMOUNT, min_value=0, default=Decimal(1))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One way to name the product."""
        if ("product" in attrs) == ("sku" in attrs):
            raise serializers.ValidationError(_("Name the product by its id or by its SKU."))
        return attrs


class CustomerPricesQuerySerializer(serializers.Serializer[Any]):
    """Whose prices, of what, in which currency, when."""

    customer = VisibleCustomer()
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", help_text="Code such as EUR.")
    moment = serializers.DateTimeField(required=False, help_text="Without it: now.")
    items = serializers.ListField(child=WantedSerializer(), allow_empty=False, max_length=MOST)


class PriceFoundSerializer(serializers.Serializer[Any]):
    """The answer to one item, in the order of the question."""

    product = serializers.IntegerField(allow_null=True, help_text="Null: there is no such product.")
    sku = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_null=True, help_text="Null: there is no such unit.")
    quantity = serializers.DecimalField(**AMOUNT)
    price = serializers.DecimalField(**AMOUNT, allow_null=True, help_text="Of one unit; null: there is none.")
    from_quantity = serializers.DecimalField(**AMOUNT, allow_null=True, help_text="The tier the price is of.")
    price_list = serializers.IntegerField(allow_null=True)


class CustomerPricesSerializer(serializers.Serializer[Any]):
    """The prices of a customer at a moment."""

    customer = serializers.IntegerField()
    currency = serializers.CharField()
    moment = serializers.DateTimeField()
    items = PriceFoundSerializer(many=True)


class PricesView(Scoped, APIView):
    """What the calls about prices of customers share."""

    scope = "prices:read"
    permission_classes: ClassVar[list[Any]] = [HasScope]
    model_permissions: ClassVar[dict[str, list[str]]] = {  # type: ignore[misc]
        method: ["customers.view_customer", "catalog.view_price"] for method in ("GET", "POST")
    }
    parser_classes: ClassVar[list[Any]] = [JSONParser]


class CustomerPricesView(PricesView):
    """Prices of many products for a customer."""

    @extend_schema(
        operation_id="customer_prices",
        request=CustomerPricesQuerySerializer,
        responses={200: CustomerPricesSerializer},
        tags=["customer-prices"],
    )
    def post(self, request: Request) -> Response:
        """Return the price of each item, in one query for all of them."""
        query = CustomerPricesQuerySerializer(data=request.data, context={"request": request})
        query.is_valid(raise_exception=True)
        asked: dict[str, Any] = query.validated_data
        moment = asked.get("moment") or timezone.now()
        items = _understood(asked["items"], asked["currency"])
        found = prices_for(asked["customer"], [want for _p, _u, want in items if want], moment=moment)
        answers = [
            _item(one, product, unit, found.get(want) if want else None)
            for one, (product, unit, want) in zip(asked["items"], items, strict=True)
        ]
        head = {"customer": asked["customer"].pk, "currency": asked["currency"], "moment": moment}
        return Response(CustomerPricesSerializer(head | {"items": answers}).data)


Understood = tuple[Product | None, Unit | None, Wanted | None]


def _understood(items: list[dict[str, Any]], currency: str) -> list[Understood]:
    """Each item's product and unit: three queries for all of them."""
    by_key = Product.objects.select_related("unit").in_bulk({one["product"] for one in items if "product" in one})
    by_sku = _by_sku({one["sku"].lower() for one in items if "sku" in one})
    units = {unit.code.lower(): unit for unit in Unit.objects.all()}
    found: list[Understood] = []
    for one in items:
        product = by_key.get(one["product"]) if "product" in one else by_sku.get(one["sku"].lower())
        unit = units.get(one["unit"].lower()) if "unit" in one else product.unit if product else None
        wanted = Wanted(product.pk, unit.pk, one["quantity"], currency) if product and unit else None
        found.append((product, unit, wanted))
    return found


def _by_sku(skus: Iterable[str]) -> dict[str, Product]:
    rows = Product.objects.exclude(sku="").annotate(low=Lower("sku")).filter(low__in=skus).select_related("unit")
    return {product.low: product for product in rows}


def _item(
    asked: dict[str, Any], product: Product | None, unit: Unit | None, found: PriceFound | None
) -> dict[str, Any]:
    return {
        "product": product.pk if product else None,
        "sku": product.sku if product else asked.get("sku"),
        "unit": unit.code if unit else None,
        "quantity": asked["quantity"],
        "price": found.value if found else None,
        "from_quantity": found.tier if found else None,
        "price_list": found.price_list if found else None,
    }


# --- why one ----------------------------------------------------------------------------------------------------------


class WhyQuerySerializer(serializers.Serializer[Any]):
    """The question."""

    customer = VisibleCustomer()
    product = serializers.PrimaryKeyRelatedField(queryset=Product.objects.select_related("unit"))
    unit = serializers.CharField(required=False, max_length=50, help_text="Code; without it the product's own unit.")
    quantity = serializers.DecimalField(**AMOUNT, min_value=0, default=Decimal(1))
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", help_text="Code such as EUR.")
    moment = serializers.DateTimeField(required=False, help_text="Without it: now.")

    def validate_unit(self, code: str) -> Unit:
        """Find the unit."""
        unit = Unit.objects.filter(code__iexact=code).first()
        if unit is None:
            raise serializers.ValidationError(_("There is no unit “%s”.") % code)
        return unit


class CompetitorSerializer(serializers.Serializer[Any]):
    """A price of the product in this unit and currency, and what became of it."""

    from_quantity = serializers.DecimalField(**AMOUNT)
    price = serializers.DecimalField(**AMOUNT)
    is_winner = serializers.BooleanField()
    fate = serializers.CharField()


class ListShownSerializer(serializers.Serializer[Any]):
    """A price list of the chain."""

    price_list = serializers.IntegerField()
    name = serializers.CharField()
    level = serializers.ChoiceField(["customer", "group", "system"])
    merge_allowed = serializers.BooleanField()
    is_active = serializers.BooleanField(help_text="Whether it gives prices at the moment.")
    reason = serializers.CharField(help_text="Why it gives none; blank where it does.")
    prices = CompetitorSerializer(many=True)


class WhySerializer(serializers.Serializer[Any]):
    """Why this price holds, or why there is none."""

    customer = serializers.IntegerField()
    product = serializers.IntegerField()
    unit = serializers.CharField()
    quantity = serializers.DecimalField(**AMOUNT)
    currency = serializers.CharField()
    moment = serializers.DateTimeField()
    price = serializers.DecimalField(**AMOUNT, allow_null=True)
    from_quantity = serializers.DecimalField(**AMOUNT, allow_null=True)
    price_list = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    strategy = serializers.CharField()
    levels = serializers.ListField(
        child=serializers.CharField(), help_text="Whose lists are asked, in order: customer, group, system."
    )
    chain = ListShownSerializer(many=True, help_text="In the order of priority.")


class WhyPriceView(PricesView):
    """Why a customer pays this price."""

    @extend_schema(
        operation_id="customer_price_why",
        parameters=[WhyQuerySerializer],
        responses={200: WhySerializer},
        tags=["customer-prices"],
    )
    def get(self, request: Request) -> Response:
        """Return the price, the reason in a sentence, the chain of lists and the prices that compete."""
        known = set(WhyQuerySerializer().fields) | {"format"}
        if unknown := sorted(set(request.query_params) - known):
            raise ValidationError({unknown[0]: _("There is no such parameter.")})
        query = WhyQuerySerializer(data=request.query_params, context={"request": request})
        query.is_valid(raise_exception=True)
        asked: dict[str, Any] = dict(query.validated_data)
        answer = explain(asked.pop("customer"), asked.pop("product"), **asked)
        return Response(WhySerializer(_why(answer)).data)


def _why(answer: Explanation) -> dict[str, Any]:
    question = answer.question
    return {
        "customer": question.customer.pk,
        "product": question.product.pk,
        "unit": question.unit.code,
        "quantity": question.quantity,
        "currency": question.currency,
        "moment": question.moment,
        "price": answer.value,
        "from_quantity": answer.tier,
        "price_list": answer.winner.price_list.pk if answer.winner else None,
        "reason": answer.reason,
        "strategy": answer.strategy,
        "levels": [str(level) for level in answer.levels],
        "chain": [_list(shown, shown.entry) for shown in answer.lists],
    }


def _list(shown: ListShown, entry: ChainEntry) -> dict[str, Any]:
    return {
        "price_list": entry.price_list.pk,
        "name": entry.price_list.name,
        "level": str(entry.level),
        "merge_allowed": entry.merge_allowed,
        "is_active": shown.is_active,
        "reason": shown.reason,
        "prices": [_competitor(one) for one in shown.competitors],
    }


def _competitor(one: Competitor) -> dict[str, Any]:
    return {
        "from_quantity": one.row.quantity,
        "price": one.row.value,
        "is_winner": one.is_winner,
        "fate": one.fate,
    }


ROUTES = [
    path("customer-prices/", CustomerPricesView.as_view(), name="customer-prices"),
    path("customer-prices/why/", WhyPriceView.as_view(), name="customer-price-why"),
]
