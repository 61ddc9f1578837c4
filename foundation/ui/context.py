"""What every page may name: the installation's name and its environment label."""

from django.conf import settings
from django.http import HttpRequest


def brand(request: HttpRequest) -> dict[str, str]:
    """Give templates `hub_name` and `hub_environment`."""
    return {"hub_name": settings.SITE_NAME, "hub_environment": settings.ENVIRONMENT}
