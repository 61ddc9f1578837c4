"""People, roles and tokens get their history here: their own app does not know the ledger (docs/adr/0005)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from foundation.changes.admin import HistoryMixin
from foundation.identity.admin.groups import GroupAdmin
from foundation.identity.admin.tokens import ApiTokenAdmin
from foundation.identity.admin.users import UserAdmin
from foundation.identity.models import ApiToken, User

NOT_RIGHTS = frozenset({"email", "name"})  # what may be put back without asking who may give which right


class AccessHistory(HistoryMixin):
    """History of what gives access: nobody gets back by a click what was taken from them for a reason."""

    can_bring_back = False

    def restore_refusal(self, request: HttpRequest, record: Model, name: str, value: Any) -> str:
        """Rights are given on the form, which knows who may give them."""
        return "" if name in NOT_RIGHTS else _("rights are given on the form")


for model in (User, Group, ApiToken):
    admin.site.unregister(model)


@admin.register(User)
class RecordedUserAdmin(AccessHistory, UserAdmin):
    """People, with their history: their roles, permissions and tokens included."""

    history_children = ("groups", "user_permissions", "api_tokens")


@admin.register(Group)
class RecordedGroupAdmin(AccessHistory, GroupAdmin):
    """Roles and groups, with their history."""

    history_children = ("permissions",)


@admin.register(ApiToken)
class RecordedApiTokenAdmin(AccessHistory, ApiTokenAdmin):
    """API tokens, with their history."""
