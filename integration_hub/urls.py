"""Every address of the hub."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("accounts/", include("foundation.identity.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
