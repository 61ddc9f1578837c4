"""Which merges there were, and where a customer that is gone is found today."""

from __future__ import annotations

from django.db.models import QuerySet

from customers.models import Customer, CustomerMerge

LONGEST = 50  # merges on the way from a record to the one it is in today


def merges_into(customer: Customer) -> QuerySet[CustomerMerge]:
    """Merges that this customer won and that stand, newest first."""
    return CustomerMerge.objects.filter(winner_key=customer.pk, undone_at=None).select_related("merged_by")


def merged_into(key: int) -> tuple[CustomerMerge | None, Customer | None]:
    """The merge by which a customer went, and the customer it is in today; nothing if it went otherwise."""
    first = step = CustomerMerge.objects.filter(loser_key=key, undone_at=None).first()
    for _turn in range(LONGEST):
        if step is None:
            break
        if (winner := Customer.objects.filter(pk=step.winner_key).first()) is not None:
            return first, winner
        step = CustomerMerge.objects.filter(loser_key=step.winner_key, undone_at=None).first()
    return first, None
