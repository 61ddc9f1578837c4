"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

OPERATING = ["transfers.view_importrun", *(f"transfers.{verb}_importprofile" for verb in ("view", "change", "delete"))]


class TransfersConfig(AppConfig):
    """Import and export of files."""

    name = "foundation.transfers"
    label = "transfers"
    verbose_name = _("Import and export")

    def ready(self) -> None:
        """Show on the dashboard what waits; say who looks after all imports, and what tokens may do here."""
        from foundation.identity.roles import Role, register_role
        from foundation.identity.scopes import register_scope
        from foundation.transfers.cards import register_cards

        register_cards()
        register_role(Role.ADMINISTRATOR, OPERATING)
        register_scope("imports:read", _("Follow own imports and read their reports"))
        register_scope("imports:write", _("Import files, apply, cancel and undo them"))
