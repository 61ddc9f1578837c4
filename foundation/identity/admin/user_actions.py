"""What an administrator does to people from the list or from one person's page; each asks first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.identity import users
from foundation.identity.access import may_manage_user
from foundation.identity.models import User
from foundation.identity.second_factor import with_second_factor
from foundation.identity.sessions import sessions_end
from foundation.ui.pages import Text, confirm_page, hub_page, is_confirmed
from foundation.ui.theme import action

NAMED_AT_MOST = 20


@dataclass(frozen=True)
class Deed:
    """One thing that can be done to people: the service, and the words of its question."""

    service: Callable[..., object]
    title: Text
    question: Text
    dangerous: bool = False


SEND_LINK = Deed(
    users.user_send_password_link,
    gettext_lazy("Send a link to set a password"),
    gettext_lazy("A mail with a link is sent to each. It works once, for one hour; until then nothing changes."),
)
DEACTIVATE = Deed(
    users.user_deactivate,
    gettext_lazy("Deactivate"),
    gettext_lazy("They are signed out at once and cannot sign in, and their API tokens stop working. History stays."),
    dangerous=True,
)
ACTIVATE = Deed(
    users.user_activate, gettext_lazy("Activate"), gettext_lazy("They can sign in again, with what they had.")
)
SIGN_OUT = Deed(
    sessions_end, gettext_lazy("Sign out everywhere"), gettext_lazy("Every session of theirs ends; they may sign in.")
)
REMOVE_SECOND_FACTOR = Deed(
    users.user_remove_second_factor,
    gettext_lazy("Take second factors away"),
    gettext_lazy("For people who lost theirs: the password alone will do. Make sure that it is really them who ask."),
    dangerous=True,
)


class UserActions:
    """Mixed into the admin of people."""

    actions: Any = ("send_password_link", "deactivate", "activate", "sign_out", "remove_second_factor")
    actions_detail: Any = ("help_one",)

    @action(description=SEND_LINK.title, permissions=["change"])
    def send_password_link(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Mail each a link."""
        return _to_selected(request, queryset, SEND_LINK)

    @action(description=DEACTIVATE.title, permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Shut the selected out."""
        return _to_selected(request, queryset, DEACTIVATE)

    @action(description=ACTIVATE.title, permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Let the selected in again."""
        return _to_selected(request, queryset, ACTIVATE)

    @action(description=SIGN_OUT.title, permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """End all sessions of the selected."""
        return _to_selected(request, queryset, SIGN_OUT)

    @action(description=REMOVE_SECOND_FACTOR.title, permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Help the selected who lost theirs."""
        return _to_selected(request, queryset, REMOVE_SECOND_FACTOR)

    @action(description=gettext_lazy("Sign-in and help"), permissions=["help"], url_path="help")
    def help_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show how this person gets in, with what can be done about it."""
        user = _find(request, object_id)
        back = reverse("admin:identity_user_change", args=[user.pk])
        parents = [(_("Users"), reverse("admin:identity_user_changelist")), (str(user), back)]
        context = {"person": user, "deeds": _deeds_for(user), "token_count": user.api_tokens.count(), "back": back}
        return hub_page(
            request, "identity/user_help.html", title=_("Sign-in and help"), context=context, parents=parents
        )

    def has_help_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may change people may help those who may do no more than themselves."""
        return request.user.has_perm("identity.change_user")

    def get_urls(self) -> list[URLPattern]:
        """Add the question of each deed."""
        view = self.admin_site.admin_view(_to_one)  # type: ignore[attr-defined]
        own = [path("<path:object_id>/do/<slug:name>/", view, name="identity_user_do")]
        return own + super().get_urls()  # type: ignore[misc]


def _deeds_for(user: User) -> dict[str, Deed]:
    """Return what can be done to this person, by the name used in addresses."""
    everyone = {"send-password-link": SEND_LINK, "sign-out": SIGN_OUT, "remove-second-factor": REMOVE_SECOND_FACTOR}
    return {**everyone, "deactivate": DEACTIVATE} if user.is_active else {"activate": ACTIVATE}


def _find(request: HttpRequest, object_id: str) -> User:
    user = with_second_factor(User.objects.all()).filter(pk=object_id).first() if object_id.isdigit() else None
    if user is None:
        raise Http404
    if not request.user.has_perm("identity.change_user") or not may_manage_user(cast(User, request.user), user):
        raise PermissionDenied
    return user


def _to_selected(request: HttpRequest, queryset: QuerySet[User], deed: Deed) -> HttpResponse | None:
    """Ask, then do it to all of the selected whom the actor may manage."""
    selected = list(queryset)
    back = request.get_full_path()
    if is_confirmed(request):
        _do(request, selected, deed)
        return redirect(back)
    kept: dict[str, Sequence[Any]] = {
        "action": request.POST.getlist("action")[:1],
        ACTION_CHECKBOX_NAME: [user.pk for user in selected],
    }
    return _ask(request, selected, deed, hidden=kept, cancel_url=back)


def _to_one(request: HttpRequest, object_id: str, name: str) -> HttpResponse:
    """Ask, then do it to one person."""
    user = _find(request, object_id)
    deed = _deeds_for(user).get(name)
    if deed is None:
        raise Http404
    back = reverse("admin:identity_user_help_one", args=[user.pk])
    if is_confirmed(request):
        _do(request, [user], deed)
        return redirect(back)
    return _ask(request, [user], deed, hidden={}, cancel_url=back)


def _ask(
    request: HttpRequest, people: Sequence[User], deed: Deed, *, hidden: dict[str, Sequence[Any]], cancel_url: str
) -> HttpResponse:
    names = [f"{user.get_full_name()} ({user.email})" for user in people[:NAMED_AT_MOST]]
    if len(people) > NAMED_AT_MOST:
        names.append(_("and %(n)d more") % {"n": len(people) - NAMED_AT_MOST})
    return confirm_page(
        request,
        title=deed.title,
        question=deed.question,
        submit=deed.title,
        cancel_url=cancel_url,
        details=names,
        hidden=hidden,
        dangerous=deed.dangerous,
        parents=[(User._meta.verbose_name_plural or "", reverse("admin:identity_user_changelist"))],
    )


def _do(request: HttpRequest, people: Iterable[User], deed: Deed) -> None:
    """Do it to each, and say to how many, and to whom not and why."""
    actor, done = cast(User, request.user), 0
    for user in people:
        try:
            if not may_manage_user(actor, user):
                raise ValidationError(_("%(user)s may do more than you: you cannot change them.") % {"user": user})
            deed.service(user=user, actor=actor)
            done += 1
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
    if done:
        sentence = ngettext("%(deed)s: done for %(n)d person.", "%(deed)s: done for %(n)d people.", done)
        messages.success(request, sentence % {"deed": deed.title, "n": done})
