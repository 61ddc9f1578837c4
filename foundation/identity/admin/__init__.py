"""People, groups and API tokens in the admin."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

# allauth keeps addresses in a table of its own, which we leave empty; a second factor's row shows its secret.
for model in (EmailAddress, Authenticator, Group):
    admin.site.unregister(model)

from foundation.identity.admin import groups, tokens, users  # noqa: E402

__all__ = ["groups", "tokens", "users"]
