"""How the admin looks under the Unfold theme: name, icon, colours, environment label. Plain data for the settings."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

# Our petrol, from paper to ink; 600 carries white text at 5.6:1.
PRIMARY = {
    "50": "#eef8fa",
    "100": "#d5eef3",
    "200": "#aedde7",
    "300": "#7cc5d5",
    "400": "#43a5bb",
    "500": "#238aa2",
    "600": "#146f86",
    "700": "#155a6e",
    "800": "#184b5b",
    "900": "#183f4d",
    "950": "#0a2833",
}


def static_file(path: str) -> Callable[[HttpRequest], str]:
    """Address of a static file, found out per request: the settings are read before static files are known."""
    return lambda request: static(path)


def unfold_configuration(*, site_name: str, environment: str) -> dict[str, Any]:
    """The `UNFOLD` setting; the sidebar is `integration_hub.navigation`."""
    return {
        "SITE_TITLE": site_name,
        "SITE_HEADER": site_name,
        "SITE_ICON": static_file("ui/logo.svg"),
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": static_file("ui/favicon.svg")}],
        "SITE_URL": None,
        "SHOW_VIEW_ON_SITE": False,
        "ENVIRONMENT": (lambda request: [environment, "warning"]) if environment else None,
        "BORDER_RADIUS": "8px",
        "COLORS": {
            "primary": dict(PRIMARY),
            "font": {"subtle-light": "var(--color-base-600)", "subtle-dark": "var(--color-base-400)"},
        },
        "ACCOUNT": {"navigation": [{"title": _("My account"), "link": reverse_lazy("account_overview")}]},
        "SIDEBAR": {"show_search": False, "navigation": "integration_hub.navigation.sidebar"},
    }
