"""Every address of the hub."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

handler400 = "integration_hub.errors.bad_request"
handler403 = "integration_hub.errors.permission_denied"
handler404 = "integration_hub.errors.not_found"
handler500 = "integration_hub.errors.server_error"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("accounts/", include("foundation.identity.urls")),
    path("api/", include("integration_hub.api", namespace="api")),
    path("mailbox/", include("foundation.jobs.mail.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
