"""The admin site: sign-in by allauth, so that one lock-out and one second factor guard every door."""

from allauth.account.decorators import secure_admin_login

from foundation.ui.theme import AdminSite


class HubAdminSite(AdminSite):
    """The staff's side of the hub."""

    site_title = site_header = "Integration Hub"
    index_title = "Dashboard"
    login = secure_admin_login(AdminSite.login)
