"""App configuration."""

from typing import Any

from django.apps import AppConfig
from django.db.models import QuerySet
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Customers."""

    name = "customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Say who may do what here and what moves by file; after each migration look after ratings and search index."""
        from catalog.general import register_general_lists
        from customers import access, dashboard, resources, timeline, totals
        from customers.merging import rules
        from customers.personal import providers
        from customers.reference import make_ratings
        from customers.search import make_trigram_index
        from foundation.identity.scopes import register_scope

        access.register()
        resources.register()
        dashboard.register()
        totals.register()
        rules.register()
        timeline.register()
        providers.register()
        register_general_lists(general_price_lists)
        post_migrate.connect(make_ratings, sender=self, dispatch_uid="customers.ratings")
        post_migrate.connect(make_trigram_index, sender=self, dispatch_uid="customers.trigram_index")
        register_scope("customers:read", _("Read customers, their people and terms"))
        register_scope("customers:write", _("Add, change and delete customers, their people and terms"))


def general_price_lists() -> QuerySet[Any, Any]:
    """Keys of the price lists that everybody is given."""
    from customers.models import SystemPriceList

    return SystemPriceList.objects.values("price_list")
