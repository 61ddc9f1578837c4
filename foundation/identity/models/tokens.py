"""API tokens: the keys other systems come in with."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST_LIFE = timedelta(days=366)


class ApiToken(models.Model):
    """A key to the API: its owner's rights, narrowed to its scopes, until it expires. The secret itself is not kept."""

    class State(models.TextChoices):
        VALID = "valid", _("Valid")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("What uses it, for example “Shop, nightly orders”."))
    prefix = models.CharField(_("begins with"), max_length=20, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=60), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"), help_text=_("At most one year from now."))
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-pk"]
        permissions = [("manage_all_apitokens", _("Can see and revoke everybody's API tokens"))]
        constraints = [
            models.UniqueConstraint(fields=["prefix"], name="api_token_prefix_unique"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="api_token_digest_is_sha256"),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="api_token_name_not_blank",
                violation_error_message=_("Give the token a name that says what uses it."),
            ),
            models.CheckConstraint(
                condition=~Q(scopes=[]),
                name="api_token_has_scopes",
                violation_error_message=_("Choose at least one scope: a token without any opens nothing."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="api_token_expires_after_creation",
                violation_error_message=_("The expiry must lie in the future."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + LONGEST_LIFE),
                name="api_token_expires_within_a_year",
                violation_error_message=_("A token lives for one year at most: issue a new one then."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def state(self) -> ApiToken.State:
        """Whether it still opens the API, and if not, why."""
        if self.revoked_at is not None:
            return self.State.REVOKED
        return self.State.EXPIRED if self.expires_at <= timezone.now() else self.State.VALID

    @property
    def is_valid(self) -> bool:
        """Whether it opens the API now; the owner must be active too."""
        return self.state == self.State.VALID
