"""Small valid records for tests, one factory per model."""

import factory
from factory.django import DjangoModelFactory

from catalog import models as catalog_models
from catalog.models import PriceList
from customers import models
from foundation.identity.models import User


class UserFactory(DjangoModelFactory):
    """A member of staff without rights."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@hub.example")
    name = factory.Sequence(lambda n: f"User {n}")
    kind = User.Kind.STAFF
    is_staff = True


class PortalUserFactory(UserFactory):
    """A customer's person who may sign in."""

    email = factory.Sequence(lambda n: f"buyer{n}@customer.example")
    kind = User.Kind.PORTAL
    is_staff = False


class PriceListFactory(DjangoModelFactory):
    class Meta:
        model = PriceList

    name = factory.Sequence(lambda n: f"Price list {n}")
    currencies = factory.LazyFunction(lambda: ["EUR"])


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = models.Account

    name = factory.Sequence(lambda n: f"Account {n}")


class PaymentTermFactory(DjangoModelFactory):
    class Meta:
        model = models.PaymentTerm

    label = factory.Sequence(lambda n: f"term {n}")  # unlike those of the demo company


class TaxCodeFactory(DjangoModelFactory):
    class Meta:
        model = models.TaxCode

    code = factory.Sequence(lambda n: f"TAX{n}")


class InternalRatingFactory(DjangoModelFactory):
    class Meta:
        model = models.InternalRating

    code = factory.Sequence(lambda n: f"rating_{n}")
    label = factory.Sequence(lambda n: f"Rating {n}")


class CustomerGroupFactory(DjangoModelFactory):
    class Meta:
        model = models.CustomerGroup

    name = factory.Sequence(lambda n: f"Group {n}")


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = models.Customer

    name = factory.Sequence(lambda n: f"Customer {n}")


class AddressFactory(DjangoModelFactory):
    class Meta:
        model = models.Address

    customer = factory.SubFactory(CustomerFactory)
    organization = factory.Sequence(lambda n: f"Organization {n}")
    street = factory.Sequence(lambda n: f"ul. Prosta {n}")
    postal_code = "00-850"
    city = "Warszawa"
    country = "PL"


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = models.Contact

    customer = factory.SubFactory(CustomerFactory)
    first_name = "Anna"
    last_name = factory.Sequence(lambda n: f"Nowak {n}")


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = models.Department

    name = factory.Sequence(lambda n: f"Department {n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = models.Membership

    department = factory.SubFactory(DepartmentFactory)
    contact = factory.SubFactory(ContactFactory)


class NoteFactory(DjangoModelFactory):
    class Meta:
        model = models.Note

    customer = factory.SubFactory(CustomerFactory)
    text = "Call before noon."


class SystemPriceListFactory(DjangoModelFactory):
    class Meta:
        model = models.SystemPriceList

    price_list = factory.SubFactory(PriceListFactory)


class GroupPriceListFactory(DjangoModelFactory):
    class Meta:
        model = models.GroupPriceList

    group = factory.SubFactory(CustomerGroupFactory)
    price_list = factory.SubFactory(PriceListFactory)


class CustomerPriceListFactory(DjangoModelFactory):
    class Meta:
        model = models.CustomerPriceList

    customer = factory.SubFactory(CustomerFactory)
    price_list = factory.SubFactory(PriceListFactory)


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = catalog_models.Unit

    code = factory.Sequence(lambda n: f"unit{n}")
    name = factory.SelfAttribute("code")
    plural = factory.LazyAttribute(lambda unit: f"{unit.code}s")


class ProductTaxCodeFactory(DjangoModelFactory):
    class Meta:
        model = catalog_models.ProductTaxCode

    code = factory.Sequence(lambda n: f"PTAX{n}")


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = catalog_models.Category

    name = factory.Sequence(lambda n: f"Category {n}")


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = catalog_models.Product

    sku = factory.Sequence(lambda n: f"SKU-{n}")
    name = factory.Sequence(lambda n: f"Product {n}")
    unit = factory.SubFactory(UnitFactory)


class ProductUnitFactory(DjangoModelFactory):
    class Meta:
        model = catalog_models.ProductUnit

    product = factory.SubFactory(ProductFactory)
    unit = factory.SubFactory(UnitFactory)


class WarehouseFactory(DjangoModelFactory):
    class Meta:
        model = catalog_models.Warehouse

    code = factory.Sequence(lambda n: f"W{n}")
    name = factory.Sequence(lambda n: f"Warehouse {n}")
    country = "PL"


class PriceFactory(DjangoModelFactory):
    class Meta:
        model = catalog_models.Price

    price_list = factory.SubFactory(PriceListFactory)
    product = factory.SubFactory(ProductFactory)
    unit = factory.SelfAttribute("product.unit")
    quantity = 1
    currency = "EUR"
    value = 10
