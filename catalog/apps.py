"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Catalogue."""

    name = "catalog"
    label = "catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        """Say which role and which scope of a token may do what here."""
        from foundation.identity.roles import Role, register_role
        from foundation.identity.scopes import register_scope

        view, add, change, delete = (f"catalog.{verb}_pricelist" for verb in ("view", "add", "change", "delete"))
        register_role(Role.ADMINISTRATOR, [view, add, change, delete])
        register_role(Role.SALES_OFFICE, [view, add, change])
        register_role(Role.SALES_REPRESENTATIVE, [view])
        register_role(Role.READ_ONLY, [view])
        register_role(Role.INTEGRATIONS, [view, add, change])

        register_scope("prices:read", _("Read price lists"))
        register_scope("prices:write", _("Add, change and delete price lists"))
