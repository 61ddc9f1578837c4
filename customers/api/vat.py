"""Whether a customer's VAT id is registered: the last answer, and asking anew."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.models import Customer, VatCheck
from customers.selectors import customer_list
from customers.vies.asking import last_check_of, standing_of, vat_check_ask
from customers.vies.comparing import Verdict, billing_address, compare, is_confirmed
from foundation.api.problems import PROBLEM_TYPE, ConflictError
from foundation.identity.api import HasScope, Scoped

CANNOT_BE_ASKED = {
    (409, PROBLEM_TYPE): OpenApiResponse(
        {"$ref": "#/components/schemas/Problem"}, "No VAT id, none that VIES knows, or switched off"
    )
}


class VatCheckSerializer(serializers.ModelSerializer[VatCheck]):
    """One question about a VAT id."""

    class Meta:
        model = VatCheck
        fields = (
            *("id", "vat_id", "answer", "trouble", "asked_at", "due_at", "tries", "answered_at", "stated_at"),
            *("name", "address", "reference"),
        )
        read_only_fields = fields


class ComparedSerializer(serializers.Serializer[Any]):
    """A field of the customer beside what is registered."""

    name = serializers.CharField(help_text="name, street, postal_code, city or country.")
    ours = serializers.CharField()
    registered = serializers.CharField(help_text="Blank: not told.")
    verdict = serializers.ChoiceField([verdict.value for verdict in Verdict])


class VatStandingSerializer(serializers.Serializer[Any]):
    """What is known about a customer's VAT id."""

    vat_id = serializers.CharField()
    vat_state = serializers.ChoiceField(Customer.VatState.choices, help_text="What form and check digits tell.")
    standing = VatCheckSerializer(allow_null=True, help_text="The last answer that says yes or no; it holds.")
    last = VatCheckSerializer(allow_null=True, help_text="The last question, whatever came of it.")
    is_confirmed = serializers.BooleanField(help_text="Registered, and name and billing address are the same.")
    compared = ComparedSerializer(many=True, help_text="Empty unless it is registered.")


class VatCheckView(Scoped, APIView):
    """What is known about a customer's VAT id, and asking VIES about it."""

    scope = "customers"
    permission_classes: ClassVar[list[Any]] = [HasScope]
    model_permissions: ClassVar[dict[str, list[str]]] = {  # type: ignore[misc]
        "GET": ["customers.view_customer"],
        "POST": ["customers.change_customer"],
    }
    parser_classes: ClassVar[list[Any]] = [JSONParser]

    @extend_schema(operation_id="customer_vat_check", responses={200: VatStandingSerializer}, tags=["customers"])
    def get(self, request: Request, pk: int) -> Response:
        """Return the answer that holds, the last question, and the customer beside what is registered."""
        return Response(VatStandingSerializer(_known(_customer(request, pk))).data)

    @extend_schema(
        operation_id="customer_vat_check_ask",
        request=None,
        responses={202: VatCheckSerializer, **CANNOT_BE_ASKED},
        tags=["customers"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Have VIES asked in the background. Asking again before the answer is there is the same question."""
        customer = _customer(request, pk)
        if not customer.vat_id:
            raise ConflictError("The customer has no VAT id.")
        try:
            check = vat_check_ask(vat_id=customer.vat_id, by=request.user)  # type: ignore[arg-type]
        except ValidationError as refusal:
            raise ConflictError(" ".join(refusal.messages)) from refusal
        return Response(VatCheckSerializer(check).data, status=202)


def _customer(request: Request, pk: int) -> Customer:
    return get_object_or_404(customer_list(request.user), pk=pk)  # type: ignore[arg-type]


def _known(customer: Customer) -> dict[str, Any]:
    standing = standing_of(customer.vat_id)
    is_registered = standing is not None and standing.answer == VatCheck.Answer.REGISTERED
    compared = compare(customer, billing_address(customer), standing) if standing and is_registered else []
    return {
        "vat_id": customer.vat_id,
        "vat_state": customer.vat_state,
        "standing": standing,
        "last": last_check_of(customer.vat_id),
        "is_confirmed": is_registered and is_confirmed(compared),
        "compared": compared,
    }


ROUTES = [path("customers/<int:pk>/vat-check/", VatCheckView.as_view(), name="customer-vat-check")]
