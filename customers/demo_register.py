"""What the simulated VIES knows of the demo company: most as they are, some that have moved, some that are not there.

Written for the sandbox, which imports nothing of the hub, as the file it keeps its state in.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from customers.models import Address, Customer
from customers.vies.client import COUNTRIES

UNREGISTERED_EVERY, MOVED_EVERY = 9, 5
TELL_NOTHING = frozenset({"DE", "ES"})  # as in reality
IN_FULL = (
    (re.compile(r"(?i)\bsp\. ?z o\. ?o\."), "SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ"),
    (re.compile(r"(?i)\bsp\. ?k\."), "SPÓŁKA KOMANDYTOWA"),
    (re.compile(r"(?i)\bsp\. ?j\."), "SPÓŁKA JAWNA"),
    (re.compile(r"(?i)\bS\.A\."), "SPÓŁKA AKCYJNA"),
)


def register_of_demo() -> dict[str, Any]:
    """Return the state of a VIES that knows the demo company's customers."""
    customers = Customer.objects.filter(parent=None).exclude(vat_id="").order_by("pk")
    addresses = {
        address.customer_id: address
        for address in Address.objects.filter(customer__in=customers, is_default_billing=True)
    }
    companies: dict[str, dict[str, str]] = {}
    seen: Counter[str] = Counter()
    for customer in customers:
        country = customer.vat_id[:2]
        seen[country] += 1
        if country in COUNTRIES and seen[country] % UNREGISTERED_EVERY:
            has_moved = seen[country] % MOVED_EVERY == 0
            companies[customer.vat_id] = _told(customer, addresses.get(customer.pk), has_moved=has_moved)
    return {"companies": companies, "away": [], "consultations": 0}


def _told(customer: Customer, address: Address | None, *, has_moved: bool) -> dict[str, str]:
    if customer.vat_id[:2] in TELL_NOTHING:
        return {"name": "", "address": ""}
    name = customer.name
    for short, full in IN_FULL:
        name = short.sub(full, name)
    street = "" if address is None else "UL. PRZEPROWADZKOWA 7" if has_moved else address.street.upper()
    place = f"{address.postal_code} {address.city}".upper() if address else ""
    return {"name": name.upper(), "address": "\n".join(line for line in (street, place) if line)}
