"""What the commands of this app have in common."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from foundation.transfers.registry import Transfer, transfer_by_slug


def named_transfer(slug: str) -> Transfer:
    """Return the kind of file named on the command line, or say which there are."""
    try:
        return transfer_by_slug(slug)
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from None
