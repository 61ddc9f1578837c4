"""How a request to the API shows who it is and what it may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, DjangoModelPermissions
from rest_framework.request import Request

from foundation.identity.models import ApiToken, User
from foundation.identity.tokens import token_find, token_note_use

if TYPE_CHECKING:
    from rest_framework.views import APIView  # reads the settings that name this module


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. Unknown, expired and revoked tokens get the same answer: 401."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's owner and the token, None when the request brings none, else refuse."""
        keyword, _, plain_text = get_authorization_header(request).decode("latin-1").strip().partition(" ")
        if keyword.lower() != self.keyword.lower():
            return None
        token = token_find(plain_text.strip())
        if token is None:
            raise AuthenticationFailed
        token_note_use(token)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 names as the way in."""
        return self.keyword


class Scoped:
    """Mixed into a view: what HasScope asks of the caller."""

    scope: str = ""
    model_permissions: Mapping[str, Sequence[str]] | None = None


class HasScope(DjangoModelPermissions):
    """Lets in who has the model permission *and*, when a token speaks for them, a token with the scope.

    The view (mixing in Scoped) names its scope: `scope = "customers"` asks for `customers:read` or `customers:write`
    by method, `scope = "customers:import"` for just that; an extra action overrides it by `@action(..., scope=…)`.
    A view of no model says `model_permissions = {"GET": ["jobs.view_job"]}`; an empty list asks for a sign-in only.
    """

    perms_map = DjangoModelPermissions.perms_map | {
        "GET": ["%(app_label)s.view_%(model_name)s"],
        "HEAD": ["%(app_label)s.view_%(model_name)s"],
        "OPTIONS": ["%(app_label)s.view_%(model_name)s"],
    }

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether the token's scope and the owner's permissions cover this call."""
        wanted = required_scope(request, view)
        if isinstance(request.auth, ApiToken) and wanted not in request.auth.scopes:
            return False
        own = getattr(view, "model_permissions", None)
        if own is None:
            return super().has_permission(request, view)
        return bool(request.user.is_authenticated) and request.user.has_perms(_permissions_for(request, view, own))


def required_scope(request: Request, view: Any) -> str:
    """Return the scope a token needs for this call; a view that names none is a mistake of ours."""
    scope = getattr(view, "scope", None)
    if not scope:
        raise ImproperlyConfigured(f"{type(view).__name__} uses HasScope and names no scope.")
    if ":" in scope:
        return str(scope)
    return f"{scope}:{'read' if request.method in SAFE_METHODS else 'write'}"


def _permissions_for(request: Request, view: APIView, own: Mapping[str, Sequence[str]]) -> Sequence[str]:
    method = "GET" if request.method in ("HEAD", "OPTIONS") else str(request.method)
    if method not in own and request.method not in view.allowed_methods:
        raise MethodNotAllowed(str(request.method))
    if method not in own:
        raise ImproperlyConfigured(f"No permissions are named for {method}.")
    return own[method]
