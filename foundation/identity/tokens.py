"""Issue, find and revoke API tokens."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from foundation.identity.events import announce
from foundation.identity.models import ApiToken, User
from foundation.identity.scopes import validate_scopes

# hub_<12 characters that are shown>_<43 that are not>. A fixed beginning lets secret scanners recognise a leaked token.
_SHOWN_BYTES, _SECRET_BYTES = 6, 32
_FORM = re.compile(r"(?P<prefix>hub_[0-9a-f]{12})_[\w-]{43}", re.ASCII)
_NO_DIGEST = "0" * 64
USE_NOTED_EVERY = timedelta(minutes=5)


def token_issue(
    *, user: User, name: str, scopes: Sequence[str], expires_at: datetime, actor: User | None = None
) -> tuple[ApiToken, str]:
    """Make a token for `user`; the second value is the token itself, which exists only in this answer."""
    validate_scopes(scopes)
    prefix = f"hub_{secrets.token_hex(_SHOWN_BYTES)}"
    plain_text = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    token = ApiToken(
        owner=user,
        name=name.strip(),
        prefix=prefix,
        digest=_digest(plain_text),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    token.full_clean()
    with transaction.atomic():
        token.save(force_insert=True)
        announce("token.issued", actor=actor or user, subject=token, detail=_facts(token))
    return token, plain_text


def token_revoke(*, token: ApiToken, actor: User | None) -> ApiToken:
    """End a token now; revoking twice keeps the first time."""
    with transaction.atomic():
        changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
        token.refresh_from_db(fields=["revoked_at"])
        if changed:
            announce("token.revoked", actor=actor, subject=token, detail=_facts(token))
    return token


def token_find(plain_text: str) -> ApiToken | None:
    """Return the valid token of an active owner that reads `plain_text`, by one query."""
    form = _FORM.fullmatch(plain_text)
    if form is None:
        return None
    token = ApiToken.objects.select_related("owner").filter(prefix=form["prefix"]).first()
    # Compared also when there is none, so that the time does not tell which beginnings exist.
    same = hmac.compare_digest(token.digest if token else _NO_DIGEST, _digest(plain_text))
    return token if token and same and token.is_valid and token.owner.is_active else None


def token_note_use(token: ApiToken) -> None:
    """Remember that the token was used, at most every few minutes and never waiting for another request's note."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < USE_NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    with transaction.atomic():
        free = ApiToken.objects.filter(stale, pk=token.pk).select_for_update(skip_locked=True).values("pk")
        ApiToken.objects.filter(pk__in=free).update(last_used_at=now)
    token.last_used_at = now


def _digest(plain_text: str) -> str:
    # A plain hash is enough: 256 random bits cannot be guessed, unlike a password.
    return hashlib.sha256(plain_text.encode()).hexdigest()


def _facts(token: ApiToken) -> dict[str, object]:
    return {
        "owner": token.owner_id,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scopes,
        "expires_at": token.expires_at.isoformat(),
    }
