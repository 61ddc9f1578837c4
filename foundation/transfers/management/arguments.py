"""What the commands of this app have in common."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from foundation.identity.models import User
from foundation.transfers.registry import Transfer, transfer_by_slug

NOTHING_DONE = 2


def named_transfer(slug: str) -> Transfer:
    """Return the kind of file named on the command line, or say which there are."""
    try:
        return transfer_by_slug(slug)
    except ImproperlyConfigured as error:
        raise CommandError(str(error), returncode=NOTHING_DONE) from None


def named_person(email: str | None) -> User | None:
    """Return the person a command works for, None for nobody in particular."""
    if email is None:
        return None
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        raise CommandError(f"Nobody signs in as {email}.", returncode=NOTHING_DONE) from None
