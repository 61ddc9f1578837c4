"""Forms about people and their access."""

from __future__ import annotations

from django import forms

from foundation.identity.models import User


class OwnNameForm(forms.ModelForm[User]):
    """What a person may change about themselves."""

    class Meta:
        model = User
        fields = ("name",)
