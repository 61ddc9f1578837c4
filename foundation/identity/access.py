"""Who may give what to whom: nobody hands out, or lays hands on, more than they hold themselves."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from foundation.identity.models import User


def permissions_held(user: User) -> QuerySet[Permission]:
    """Return the permissions of a person, directly and by roles; all of them for a superuser.

    A deactivated person counts as what they would be when activated again.
    """
    if user.is_superuser:
        return Permission.objects.all()
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()


def groups_grantable(actor: User) -> QuerySet[Group]:
    """Return the groups that hold nothing the actor does not hold."""
    if actor.is_superuser:
        return Group.objects.all()
    beyond = Permission.objects.exclude(pk__in=permissions_held(actor).values("pk"))
    return Group.objects.exclude(permissions__in=beyond)


def may_manage_user(actor: User, user: User) -> bool:
    """Say whether the actor may change this person: not one who may do more, whose mailbox would open those doors."""
    if actor.is_superuser:
        return True
    if user.is_superuser:
        return False
    return not permissions_held(user).exclude(pk__in=permissions_held(actor).values("pk")).exists()


def may_manage_group(actor: User, group: Group) -> bool:
    """Say whether the actor holds everything this group gives."""
    return groups_grantable(actor).filter(pk=group.pk).exists()


def is_last_superuser(user: User) -> bool:
    """Say whether nobody could do everything without this person (a trigger holds it past the forms)."""
    able = User.objects.filter(is_superuser=True, is_staff=True, is_active=True)
    return able.filter(pk=user.pk).exists() and not able.exclude(pk=user.pk).exists()
