"""People in the admin: who they are, what they may, and how they get in."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.identity import access, users
from foundation.identity.admin.user_actions import UserActions
from foundation.identity.forms import UserForm
from foundation.identity.models import User
from foundation.identity.second_factor import with_second_factor
from foundation.identity.widgets import PermissionsField, PermissionTicks, Ticks, without_links
from foundation.ui.theme import ModelAdmin, display


class SecondFactorFilter(admin.SimpleListFilter):
    """With or without a second factor."""

    title = _("second factor")
    parameter_name = "second_factor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer both."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the annotated list."""
        return queryset.filter(second_factor=self.value() == "yes") if self.value() else queryset


@admin.register(User)
class UserAdmin(UserActions, ModelAdmin):
    """People. Nobody is deleted; nobody changes or makes somebody who may do more than they may themselves."""

    form = UserForm
    list_display = ("email", "name", "roles", "has_second_factor", "is_active", "last_login")
    list_filter = ("kind", "is_active", "groups", SecondFactorFilter)
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "kind", "is_active")}),
        (_("What they may"), {"fields": ("is_staff", "is_superuser", "groups")}),
        (_("Beyond the roles"), {"fields": ("user_permissions",), "classes": ("collapse",)}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Bring roles and second factors along: no query per row."""
        return with_second_factor(super().get_queryset(request)).prefetch_related("groups")

    @display(description=_("roles"))
    def roles(self, user: User) -> str:
        """Names of the groups, and whether everything is allowed."""
        names = [group.name for group in user.groups.all()]
        return ", ".join([str(_("may do everything")), *names] if user.is_superuser else names) or "–"

    @display(description=_("second factor"), boolean=True, ordering="second_factor")
    def has_second_factor(self, user: User) -> bool:
        """Whether more than a password is asked for."""
        return bool(getattr(user, "second_factor", False))

    class Media:
        css = {"all": ("identity/ticks.css",)}

    # --- who may change whom ---

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Beyond the permission: nobody who may do more than oneself."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or access.may_manage_user(_actor(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody is deleted: take the tick at "active" away, and the history keeps its names."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show the superuser's tick to superusers only."""
        fieldsets = super().get_fieldsets(request, obj)
        hidden = set() if _actor(request).is_superuser else {"is_superuser"}
        hidden |= set() if obj else {"last_login", "date_joined"}
        kept = [(title, {**box, "fields": [f for f in box["fields"] if f not in hidden]}) for title, box in fieldsets]
        return [(title, box) for title, box in kept if box["fields"]]

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Tell the form who is acting."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"actor": _actor(request)})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer no way from here to change what a role is."""
        return without_links(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer, and accept, only what the actor holds."""
        if db_field.name == "groups":
            kwargs["queryset"] = access.groups_grantable(_actor(request)).order_by("name")
            kwargs["widget"] = Ticks
        elif db_field.name == "user_permissions":
            kwargs |= {"queryset": access.permissions_held(_actor(request)), "form_class": PermissionsField}
            kwargs["widget"] = PermissionTicks
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    # --- saving ---

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[Any], change: bool) -> None:
        """Remember what was, for the record; a new person has no password until they set one by mail."""
        request.hub_access_before = users.access_of(obj) if change else {}  # type: ignore[attr-defined]
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool) -> None:
        """Write down what changed; invite a new person; keep oneself signed in after a change to oneself."""
        super().save_related(request, form, formsets, change)
        user, actor = cast(User, form.instance), _actor(request)
        before = request.hub_access_before  # type: ignore[attr-defined]
        users.access_announce(user=user, actor=actor, before=before)
        if not change:
            users.user_send_password_link(user=user, actor=actor)
            self.message_user(request, _("%(user)s gets a mail with a link to set a password.") % {"user": user})
        elif user.pk == actor.pk:
            user.refresh_from_db(fields=["session_epoch"])
            update_session_auth_hash(request, user)


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)
