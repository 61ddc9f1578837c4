"""The admin site: sign-in by allauth, so that one lock-out and one second factor guard every door."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from foundation.ui.dashboard import dashboard
from foundation.ui.theme import AdminSite
from integration_hub.navigation import subjects


class HubAdminSite(AdminSite):
    """The staff's side of the hub; its first page is the dashboard."""

    site_title = site_header = settings.SITE_NAME
    site_url = None  # there is no public side to go to
    index_title = _("Dashboard")
    login = method_decorator(secure_admin_login)(AdminSite.login)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Leave by the one door, too."""
        from allauth.account.views import logout  # not before the apps are loaded

        return logout(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the dashboard."""
        shown = {"dashboard": dashboard(request), "subjects": subjects(request)}
        return super().index(request, {**shown, **(extra_context or {})})

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Send people to their account, where a password is changed by the rules of sign-in."""
        return redirect("account_change_password")
