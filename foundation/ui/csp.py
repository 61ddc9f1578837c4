"""Content Security Policy: strict everywhere; the admin under the Unfold theme may do the little more it needs."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class HubCSPMiddleware(CSPMiddleware):
    """Sends `CONTENT_SECURITY_POLICY`, relaxed by `CSP_RELAXED` where Unfold's pages are served."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Replace the script and style sources on pages of the admin; every other page stays at `'self'`."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and needs_relaxed_policy(request):
            parts.replace = {**settings.CSP_RELAXED, **(parts.replace or {})}
        return parts


def needs_relaxed_policy(request: HttpRequest) -> bool:
    """Tell whether this address is a page of the admin drawn by Unfold."""
    return settings.ADMIN_THEME == "unfold" and request.path_info.startswith(f"/{settings.ADMIN_PATH}")
