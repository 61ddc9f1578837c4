"""App configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    """People and access."""

    name = "foundation.identity"
    label = "identity"
    verbose_name = _("People and access")

    def ready(self) -> None:
        """Register the roles with what they may do here, keep their groups, listen to sign-ins."""
        from foundation.identity import announcements, checks  # noqa: F401
        from foundation.identity.roles import Role, register_role, write_roles

        own_tokens = ["identity.view_apitoken", "identity.add_apitoken", "identity.change_apitoken"]
        people = [f"identity.{verb}_user" for verb in ("view", "add", "change")]
        groups = [f"auth.{verb}_group" for verb in ("view", "add", "change", "delete")]
        register_role(Role.ADMINISTRATOR, [*people, *groups, *own_tokens, "identity.manage_all_apitokens"])
        register_role(Role.SALES_OFFICE, own_tokens)
        register_role(Role.SALES_REPRESENTATIVE)
        register_role(Role.READ_ONLY)
        register_role(Role.INTEGRATIONS, own_tokens)
        announcements.connect()
        post_migrate.connect(write_roles, dispatch_uid="identity.write_roles")
