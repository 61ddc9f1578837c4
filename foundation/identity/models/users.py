"""People who may sign in: staff, and the customers' people who have a portal access."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from foundation.identity.fields import NormalisedEmailField

# At the end of the transaction somebody must still be able to do everything. The lock makes two transactions that
# each take the right away from the other's remaining superuser meet: the second one sees the first one's result.
LAST_SUPERUSER = """
    IF TG_OP = 'UPDATE' AND NEW.is_superuser AND NEW.is_staff AND NEW.is_active THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('identity.last_superuser'));
    IF NOT EXISTS (SELECT 1 FROM identity_user WHERE is_superuser AND is_staff AND is_active) THEN
        RAISE EXCEPTION 'user_last_superuser: somebody must remain who may do everything'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'user_last_superuser', TABLE = 'identity_user';
    END IF;
    RETURN NULL;
"""

# Every session carries the epoch it began in (see _get_session_auth_hash): raising it ends all of them. It only ever
# rises, so saving an older copy of the row does not bring a session back to life.
RAISE_EPOCH = """
    NEW.session_epoch := GREATEST(NEW.session_epoch, OLD.session_epoch);
    IF (NEW.is_superuser, NEW.is_staff, NEW.is_active, NEW.kind)
        IS DISTINCT FROM (OLD.is_superuser, OLD.is_staff, OLD.is_active, OLD.kind)
    THEN
        NEW.session_epoch := OLD.session_epoch + 1;
    END IF;
    RETURN NEW;
"""
RAISE_MEMBERS_EPOCH = """
    UPDATE identity_user SET session_epoch = session_epoch + 1
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
    RETURN NULL;
"""


class UserManager(BaseUserManager["User"]):
    """Makes users; finds them by e-mail address whatever the case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user with this e-mail address, ignoring case."""
        return self.get(email=username)

    async def aget_by_natural_key(self, username: str | None) -> User:
        """Return the user with this e-mail address, ignoring case."""
        return await self.aget(email=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person; without a password they cannot sign in until they set one by mail."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_staff(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a member of staff."""
        return self.create_user(email, password, kind=User.Kind.STAFF, is_staff=True, **fields)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a member of staff who may do everything."""
        return self.create_staff(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who may sign in, by e-mail address; either staff or a customer's contact with portal access."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("Staff")
        PORTAL = "portal", _("Portal")

    email = NormalisedEmailField(_("e-mail address"), max_length=255)
    name = models.CharField(_("name"), max_length=255, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STAFF)
    is_staff = models.BooleanField(_("may use the admin"), default=False)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Take the tick away instead of deleting a person: their history stays.")
    )
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="user_email_unique",
                violation_error_message=_("Somebody already signs in with this e-mail address."),
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_small_letters",
                violation_error_message=_("An e-mail address is kept in small letters."),
            ),
            models.CheckConstraint(
                condition=~Q(email=""),
                name="user_email_not_blank",
                violation_error_message=_("A user signs in with an e-mail address: it cannot be blank."),
            ),
            models.CheckConstraint(
                condition=Q(kind="staff") | Q(is_staff=False, is_superuser=False),
                name="user_portal_is_never_staff",
                violation_error_message=_("A portal user cannot be staff: make a staff user of their own."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="last_superuser_stays",
                when=pgtrigger.After,
                operation=pgtrigger.Delete | pgtrigger.UpdateOf("is_superuser", "is_staff", "is_active"),
                condition=pgtrigger.Q(old__is_superuser=True, old__is_staff=True, old__is_active=True),
                timing=pgtrigger.Deferred,
                func=LAST_SUPERUSER,
            ),
            pgtrigger.Trigger(
                name="sessions_end_with_rights",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=RAISE_EPOCH,
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Name as shown to others."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """First word of the name."""
        return self.get_full_name().split(" ")[0]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django ends the sessions of a changed password by this; the epoch adds changed rights and "sign out all".
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("identity.session", value, secret=secret, algorithm="sha256").hexdigest()


def _members_trigger(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.After, operation=pgtrigger.Insert | pgtrigger.Delete, func=RAISE_MEMBERS_EPOCH
    )


class RoleGiven(User.groups.through):  # type: ignore[name-defined]
    """A person's place in a group; here only because a trigger needs a model to hang on."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [_members_trigger("sessions_end_with_group")]


class PermissionGiven(User.user_permissions.through):  # type: ignore[name-defined]
    """A permission a person has by themselves; here only because a trigger needs a model to hang on."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [_members_trigger("sessions_end_with_permission")]
