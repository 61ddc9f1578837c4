"""Companies, their people and places. What each model is for: docs/customers.md."""

from customers.models.accounts import Account, CustomerSettings
from customers.models.addresses import Address
from customers.models.customer import Customer, CustomerQuerySet
from customers.models.duplicates import DuplicateReason, LikelyDuplicate, NotDuplicate
from customers.models.groups import CustomerGroup, InternalRating, PaymentTerm, TaxCode
from customers.models.merging import CustomerAlias, CustomerMerge
from customers.models.notes import Note, NoteFile, StoredFile
from customers.models.people import Contact, Department, JudgedLater, Membership
from customers.models.prices import CustomerPriceList, GroupPriceList, SystemPriceList
from customers.models.vat import VatCheck

__all__ = [
    "Account",
    "Address",
    "Contact",
    "Customer",
    "CustomerAlias",
    "CustomerGroup",
    "CustomerMerge",
    "CustomerPriceList",
    "CustomerQuerySet",
    "CustomerSettings",
    "Department",
    "DuplicateReason",
    "GroupPriceList",
    "InternalRating",
    "JudgedLater",
    "LikelyDuplicate",
    "Membership",
    "NotDuplicate",
    "Note",
    "NoteFile",
    "PaymentTerm",
    "StoredFile",
    "SystemPriceList",
    "TaxCode",
    "VatCheck",
]
