"""Who may sign in, and the keys other systems come in with."""

from foundation.identity.models.rates import CallCount
from foundation.identity.models.tokens import ApiToken
from foundation.identity.models.users import PermissionGiven, RoleGiven, User, UserManager

__all__ = ["ApiToken", "CallCount", "PermissionGiven", "RoleGiven", "User", "UserManager"]
