"""Groups in the admin: the hub's roles, which it keeps itself, and a company's own groups."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from foundation.identity.access import groups_grantable, may_manage_group, permissions_held
from foundation.identity.forms import GroupForm
from foundation.identity.models import User
from foundation.identity.roles import role_names
from foundation.identity.widgets import PermissionsField, PermissionTicks, permissions_by_table
from foundation.ui.pages import confirm_page, is_confirmed
from foundation.ui.theme import ModelAdmin, action, display

ROLE_NOTE = _(
    "This role is kept by the hub: each upgrade sets its permissions anew, so they cannot be changed here. "
    "For a role of your own, make a copy and change that."
)
OWN_NOTE = _("This group is yours: upgrades leave it alone. It can hold at most what you may do yourself.")


@admin.register(Group)
class GroupAdmin(ModelAdmin):
    """Roles are shown, own groups are edited; nobody puts into a group what they do not hold."""

    form = GroupForm
    list_display = ("name", "kind", "members")
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("allowed",)
    actions_detail = ("copy_one",)

    class Media:
        css = {"all": ("identity/ticks.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """Count the members along."""
        return super().get_queryset(request).annotate(member_count=Count("user"))

    @display(description=_("kind"))
    def kind(self, group: Group) -> str:
        """A role of the hub, or an own group."""
        return str(_("Role of the hub") if group.name in role_names() else _("Own group"))

    @display(description=_("members"), ordering="member_count")
    def members(self, group: Group) -> int:
        """How many people have it."""
        return int(getattr(group, "member_count", 0))

    def get_fieldsets(self, request: HttpRequest, obj: Group | None = None) -> Any:
        """Say whose the group is, above its fields."""
        note = ROLE_NOTE if obj is not None and obj.name in role_names() else OWN_NOTE
        permissions = "permissions" if obj is None or self.has_change_permission(request, obj) else "allowed"
        return [(None, {"fields": ("name", permissions), "description": note})]

    @display(description=_("permissions"))
    def allowed(self, group: Group) -> str:
        """What members may do, one line per table."""
        lines = permissions_by_table(group.permissions.select_related("content_type"))
        return format_html('<dl class="hub-facts">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", lines))

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Roles are the hub's; of own groups, those within what one holds."""
        return super().has_change_permission(request, obj) and self._is_open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """The same as for changing."""
        return super().has_delete_permission(request, obj) and self._is_open(request, obj)

    @staticmethod
    def _is_open(request: HttpRequest, obj: Group | None) -> bool:
        if obj is None:
            return True
        return obj.name not in role_names() and may_manage_group(cast(User, request.user), obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out deleting several at once: it would not look at each."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer, and accept, only what the actor holds."""
        if db_field.name == "permissions":
            kwargs |= {"queryset": permissions_held(cast(User, request.user)), "form_class": PermissionsField}
            kwargs["widget"] = PermissionTicks
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_copy_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may make a group may make it as a copy."""
        return self.has_add_permission(request)

    @action(description=_("Make a copy"), permissions=["copy"], url_path="copy")
    def copy_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make an own group with the same permissions, after asking."""
        group = groups_grantable(cast(User, request.user)).filter(pk=object_id).first() if object_id.isdigit() else None
        if group is None:
            raise Http404
        if is_confirmed(request):
            copy = _copy(group)
            messages.success(request, _("This is the copy: give it a name and change what you like."))
            return redirect("admin:auth_group_change", copy.pk)
        return confirm_page(
            request,
            title=_("Make a copy"),
            question=_("An own group with the permissions of “%(name)s” is made; nobody is in it yet.")
            % {"name": group.name},
            submit=_("Make a copy"),
            cancel_url=reverse("admin:auth_group_change", args=[group.pk]),
        )


def _copy(group: Group) -> Group:
    base, number = f"{group.name} ({_('copy')})", 2
    name = base
    while Group.objects.filter(name=name).exists():
        name, number = f"{base} {number}", number + 1
    copy = Group.objects.create(name=name)
    copy.permissions.set(group.permissions.all())
    return copy
