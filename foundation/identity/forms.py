"""Forms about people and their access."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.identity.access import is_last_superuser, may_manage_user
from foundation.identity.models import ApiToken, User
from foundation.identity.roles import role_names
from foundation.identity.scopes import scope_choices
from foundation.identity.users import last_superuser_sentence
from foundation.identity.widgets import Ticks
from foundation.ui.theme import Select


class OwnNameForm(forms.ModelForm[User]):
    """What a person may change about themselves."""

    class Meta:
        model = User
        fields = ("name",)


class UserForm(forms.ModelForm[User]):
    """A person, as an administrator sees them; the admin narrows the choices to what the administrator holds."""

    actor: User  # set by the admin on a subclass made for the request

    class Meta:
        model = User
        fields = ("email", "name", "kind", "is_staff", "is_active", "is_superuser", "groups", "user_permissions")
        labels = {"is_superuser": _("May do everything"), "groups": _("Roles"), "user_permissions": _("Permissions")}
        help_texts = {
            "is_staff": _("Without it nobody enters the admin, whatever their roles."),
            "is_superuser": _("For the few who look after the hub itself; roles are then no longer asked."),
            "groups": _("What these allow adds up. You can give what you have yourself."),
            "user_permissions": _("Beyond the roles; better make a group of your own when two people need the same."),
        }

    def clean(self) -> dict[str, Any]:
        """Keep people from locking themselves, or everybody, out."""
        data = super().clean() or {}
        if self.instance.pk:
            self._keep_somebody_able(data)
        return data

    def _keep_somebody_able(self, data: dict[str, Any]) -> None:
        stays_able = all(data.get(name, True) for name in ("is_superuser", "is_staff", "is_active"))
        if not stays_able and is_last_superuser(self.instance):
            raise ValidationError(last_superuser_sentence(), code="last_superuser")
        if self.instance.pk == self.actor.pk and not all(data.get(name, True) for name in ("is_staff", "is_active")):
            raise ValidationError(_("You cannot shut yourself out: ask somebody else to."), code="own_access")


class GroupForm(forms.ModelForm[Group]):
    """A group of a company's own."""

    class Meta:
        model = Group
        fields = ("name", "permissions")

    def clean_name(self) -> str:
        """Leave the names of the hub's roles to the hub."""
        name: str = self.cleaned_data["name"]
        if name in role_names() and name != self.instance.name:
            raise ValidationError(_("This is the name of a role the hub keeps: choose another one."))
        return name


class ApiTokenForm(forms.ModelForm[ApiToken]):
    """What a new token is for and how far it reaches."""

    LIVES = ((30, _("30 days")), (90, _("90 days")), (365, _("one year")))

    actor: User  # set by the admin on a subclass made for the request
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=scope_choices,
        widget=Ticks,
        help_text=_("What it may be used for. It never may more than its owner."),
    )
    days = forms.TypedChoiceField(
        label=_("Lives for"),
        choices=LIVES,
        widget=Select,
        coerce=int,
        initial=90,
        help_text=_("Then it stops working and a new one has to be issued."),
    )

    class Meta:
        model = ApiToken
        fields = ("name", "owner", "scopes")

    def clean_owner(self) -> User:
        """Refuse to issue in the name of somebody who may do more, or may not sign in."""
        owner: User = self.cleaned_data["owner"]
        if not owner.is_active or not may_manage_user(self.actor, owner):
            raise ValidationError(_("Choose yourself, or somebody active who may do no more than you."))
        return owner

    @property
    def expires_at(self) -> datetime:
        """When the token will end."""
        return timezone.now() + timedelta(days=self.cleaned_data["days"])

    def _get_validation_exclusions(self) -> set[str]:
        # The service that issues the token checks the whole row; here it is not complete yet.
        return {field.name for field in ApiToken._meta.get_fields()}
