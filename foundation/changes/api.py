"""How the API's token authentication enters the ledger."""

from __future__ import annotations

from rest_framework.request import Request

from foundation.changes.recording import set_actor
from foundation.identity.api import TokenAuthentication
from foundation.identity.models import ApiToken, User


class RecordedTokenAuthentication(TokenAuthentication):
    """Token authentication that names the token and its owner to the change set of the request."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's owner and the token, None when the request brings none, else refuse."""
        found = super().authenticate(request)
        if found:
            set_actor(found[0], via=found[1].name)
        return found
