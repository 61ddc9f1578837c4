"""What of this app moves by file."""

from django.utils.translation import gettext_lazy as _

from customers.filters import CustomerFilter
from customers.resources.customer import CustomerResource, visible_customers
from foundation.transfers.registry import Transfer, register_transfer

__all__ = ["CustomerResource", "register", "visible_customers"]


def register() -> None:
    """Make our kinds of file known."""
    register_transfer(Transfer("customers", _("Customers"), CustomerResource, visible_customers, CustomerFilter))
