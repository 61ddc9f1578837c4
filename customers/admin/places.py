"""The address book on the page of a customer, with a map of the addresses whose coordinates are known."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from customers.admin.facts import phone_link
from customers.models import Address, Customer
from foundation.ui.links import changelist_url
from foundation.ui.markup import Tone, badge
from foundation.ui.panel_lists import by_words, list_page
from foundation.ui.record_page import add_below_url, edit_below_url

search_addresses = by_words(
    "label", "organization", "first_name", "last_name", "street", "street2", "postal_code", "city", "country"
)


def addresses(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """The addresses of a customer, the primary one first; those of the shown page are on the map."""
    if not request.user.has_perm("customers.view_address"):
        return None
    found = list_page(request, customer.addresses.all(), panel="addresses", search=search_addresses)
    if found.is_empty:
        return None
    places = [_place(address) for address in found.page]
    return {
        "list": found,
        "places": places,
        "has_map": any(place["is_located"] for place in places),
        "tiles": settings.MAP_TILES,
        "attribution": settings.MAP_ATTRIBUTION,
        "list_url": changelist_url(Address, customer__id__exact=customer.pk),
        "add_url": add_below_url(Address, customer=customer.pk)
        if request.user.has_perm("customers.add_address")
        else "",
    }


def _place(address: Address) -> dict[str, Any]:
    name = " ".join(filter(None, (address.name_prefix, address.first_name, address.middle_name, address.last_name)))
    town = " ".join(filter(None, (address.postal_code, address.city)))
    who = [part for part in (address.organization, name) if part and part != address.label]
    return {
        "address": address,
        "title": address.label or address.organization or name,
        "lines": [*(who if address.label else who[1:]), address.street, address.street2, town, address.country.name],
        "phone": phone_link(address.phone) if address.phone else "",
        "badges": _badges(address),
        "url": edit_below_url(address),
        "is_located": address.latitude is not None and address.longitude is not None,
    }


def _badges(address: Address) -> SafeString:
    """What the address is for, each as a word."""
    tones: list[tuple[bool, str, Tone]] = [
        (address.is_primary, _("primary"), "info"),
        (address.is_default_billing, _("default billing"), "neutral"),
        (address.is_billing and not address.is_default_billing, _("billing"), "neutral"),
        (address.is_default_shipping, _("default shipping"), "neutral"),
        (address.is_shipping and not address.is_default_shipping, _("shipping"), "neutral"),
        (address.validated_at is not None, _("validated"), "good"),
    ]
    return format_html_join(" ", "{}", ((badge(word, tone),) for holds, word, tone in tones if holds))
