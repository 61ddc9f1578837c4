"""App configuration."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ChangesConfig(AppConfig):
    """Change ledger."""

    name = "foundation.changes"
    label = "changes"
    verbose_name = _("Change ledger")

    def ready(self) -> None:
        """Watch people, their rights and their tokens, whose app does not know the ledger, and what they do."""
        from foundation.changes import checks
        from foundation.changes.audit import audit
        from foundation.changes.cards import register_cards
        from foundation.changes.installer import install_triggers
        from foundation.identity import events
        from foundation.identity.roles import Role, register_role

        self._track_people()
        user_logged_in.connect(_name_actor, dispatch_uid="changes.name_actor")
        events.listen(audit)
        checks.register_checks()
        register_cards()
        register_role(Role.ADMINISTRATOR, ["changes.view_changeset", "changes.view_auditevent"])
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="changes.install_triggers")

    def _track_people(self) -> None:
        from foundation.changes.tracking import track

        user, group = get_user_model(), apps.get_model("auth", "Group")
        track(user, exclude=["last_login", "session_epoch"], secret=["password"])
        track(user.groups.through, parent="user")
        track(user.user_permissions.through, parent="user")
        track(group)
        track(group.permissions.through, parent="group")
        track(apps.get_model("identity", "ApiToken"), exclude=["last_used_at"], secret=["digest"], parent="owner")


def _name_actor(user: Any = None, **_kwargs: Any) -> None:
    """What follows in the request that signed somebody in is theirs."""
    from foundation.changes.recording import set_actor

    set_actor(user)
