"""API tokens in the admin: shown once when issued, revoked when no longer trusted, never edited."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.identity.forms import ApiTokenForm
from foundation.identity.models import ApiToken, User
from foundation.identity.scopes import scope_title
from foundation.identity.tokens import token_issue, token_revoke
from foundation.identity.widgets import without_links
from foundation.ui.pages import confirm_page, hub_page, is_confirmed
from foundation.ui.theme import ModelAdmin, action, display

MANAGE_ALL = "identity.manage_all_apitokens"
STATES: dict[str, dict[str, Any]] = {
    "valid": {"revoked_at": None, "expires_at__gt": timezone.now},
    "expired": {"revoked_at": None, "expires_at__lte": timezone.now},
    "revoked": {"revoked_at__isnull": False},
}


class StateFilter(admin.SimpleListFilter):
    """Valid, expired or revoked."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the states."""
        return list(ApiToken.State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        wanted = STATES.get(self.value() or "", {})
        return queryset.filter(**{name: value() if callable(value) else value for name, value in wanted.items()})


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    """One's own tokens; everybody's for who may manage all of them."""

    form = ApiTokenForm
    list_display = ("name", "begins_with", "owner", "scope_list", "state_word", "expires_at", "last_used_at")
    list_filter = (StateFilter,)
    list_select_related = ("owner",)
    search_fields = ("name", "prefix", "owner__email", "owner__name")
    autocomplete_fields = ("owner",)
    actions = ("revoke",)
    actions_detail = ("revoke_one",)

    class Media:
        css = {"all": ("identity/ticks.css",)}

    shown = (
        *("name", "owner", "begins_with", "scope_list", "state_word"),
        *("created_at", "expires_at", "last_used_at", "revoked_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """Narrow to one's own, unless all may be managed."""
        tokens = super().get_queryset(request)
        return tokens if request.user.has_perm(MANAGE_ALL) else tokens.filter(owner=cast(User, request.user))

    @display(description=_("begins with"), ordering="prefix")
    def begins_with(self, token: ApiToken) -> str:
        """The part by which one recognises it."""
        return f"{token.prefix}…"

    @display(description=_("scopes"))
    def scope_list(self, token: ApiToken) -> str:
        """What it may be used for, in words."""
        return ", ".join(scope_title(word) for word in token.scopes)

    @display(
        description=_("state"),
        label={"Valid": "success", "Expired": "warning", "Revoked": "danger"},
    )
    def state_word(self, token: ApiToken) -> str:
        """Whether it opens the API, and if not, why."""
        return str(token.state.label)

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """A token is never edited: what it may was agreed when it was issued."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Revoke it instead: then it can still be told what it was."""
        return False

    def has_revoke_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Who may see a token and has the permission to change tokens may revoke it."""
        return request.user.has_perm("identity.change_apitoken")

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        """A form to issue one, or its facts."""
        if obj is not None:
            return self.shown
        return ("name", "owner", "scopes", "days") if request.user.has_perm(MANAGE_ALL) else ("name", "scopes", "days")

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        """Nothing of an issued token can be edited."""
        return self.shown if obj is not None else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Issue for oneself unless another owner is chosen."""
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)
        kwargs["fields"] = [name for name in self.get_fields(request) if name != "days"]
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"actor": request.user})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer one button: the answer shows the token, so there is no "and continue"."""
        buttons = {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().add_view(request, form_url, {**buttons, **(extra_context or {})})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer no way from here to change people."""
        return without_links(super().formfield_for_dbfield(db_field, request, **kwargs))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose oneself as the owner."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def save_form(self, request: HttpRequest, form: ModelForm[Any], change: bool) -> Any:
        """Issue the token; its text travels with the request alone."""
        data, actor = form.cleaned_data, cast(User, request.user)
        token, request.hub_token_text = token_issue(  # type: ignore[attr-defined]
            user=data.get("owner", actor),
            name=data["name"],
            scopes=data["scopes"],
            expires_at=cast(ApiTokenForm, form).expires_at,
            actor=actor,
        )
        return token

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """It is stored already."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """There is nothing related."""

    def response_add(self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None) -> HttpResponse:
        """Show the token: the only time that anybody sees it."""
        context = {"token": obj, "text": request.hub_token_text}  # type: ignore[attr-defined]
        return hub_page(
            request,
            "identity/token_issued.html",
            title=_("The token is issued"),
            context=context,
            parents=[(_("API tokens"), reverse("admin:identity_apitoken_changelist"))],
        )

    @action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> HttpResponse | None:
        """End the selected, after asking."""
        tokens = list(queryset)
        hidden: dict[str, list[Any]] = {"action": ["revoke"], "_selected_action": [token.pk for token in tokens]}
        return _ask_and_revoke(request, tokens, back=request.get_full_path(), hidden=hidden)

    @action(description=_("Revoke"), permissions=["revoke"], url_path="revoke")
    def revoke_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End this one, after asking."""
        token = self.get_queryset(request).filter(pk=object_id).first() if object_id.isdigit() else None
        if token is None:
            raise Http404
        return _ask_and_revoke(
            request, [token], back=reverse("admin:identity_apitoken_change", args=[token.pk]), hidden={}
        )


def _ask_and_revoke(
    request: HttpRequest, tokens: list[ApiToken], *, back: str, hidden: dict[str, list[Any]]
) -> HttpResponse:
    if is_confirmed(request):
        for token in tokens:
            token_revoke(token=token, actor=cast(User, request.user))
        messages.success(request, _("Revoked. Whatever used it is refused from now on."))
        return redirect(back)
    return confirm_page(
        request,
        title=_("Revoke"),
        question=_("Whatever uses it is refused at once. This cannot be taken back."),
        submit=_("Revoke"),
        cancel_url=back,
        details=[str(token) for token in tokens],
        hidden=hidden,
        dangerous=True,
    )
