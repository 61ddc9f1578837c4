"""The REST API put together: each app's resources under /api/v1/, the document and its page beside them."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from catalog.api import RESOURCES as CATALOG
from customers.api.prices import ROUTES as PRICES
from customers.api.vat import ROUTES as VAT
from customers.api.views import RESOURCES as CUSTOMERS
from foundation.transfers.api.views import RESOURCES as IMPORTS
from foundation.transfers.api.views import ROUTES

router = SimpleRouter(use_regex_path=False)
for name, viewset in (CUSTOMERS | CATALOG | IMPORTS).items():
    router.register(name, viewset, basename=name)

page = SpectacularSwaggerSplitView.as_view(url_name="api:schema")

urlpatterns = [
    path("v1/", include([*router.urls, *PRICES, *VAT, *ROUTES])),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", page if settings.API_DOCS_PUBLIC else login_required(page), name="docs"),
]
app_name = "api"
