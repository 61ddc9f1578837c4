"""Changing customers: each service checks with `full_clean()`, writes in one transaction, raises ValidationError."""

from customers.services.accounts import account_strategy_change, account_strategy_preview
from customers.services.addresses import address_create, address_delete, address_update
from customers.services.customers import (
    customer_create,
    customer_delete,
    customer_move,
    customer_take_children,
    customer_update,
    general_price_lists_set,
    note_add,
    price_lists_set,
    rep_ids_deliver,
    rep_ids_set_by_hand,
)
from customers.services.groups import Assigned, group_assign, group_assignment, group_take_back
from customers.services.people import contact_create, contact_update, department_join, department_leave
from customers.services.several import customers_assign, customers_delete

__all__ = [
    "Assigned",
    "account_strategy_change",
    "account_strategy_preview",
    "address_create",
    "address_delete",
    "address_update",
    "contact_create",
    "contact_update",
    "customer_create",
    "customer_delete",
    "customer_move",
    "customer_take_children",
    "customer_update",
    "customers_assign",
    "customers_delete",
    "department_join",
    "department_leave",
    "general_price_lists_set",
    "group_assign",
    "group_assignment",
    "group_take_back",
    "note_add",
    "price_lists_set",
    "rep_ids_deliver",
    "rep_ids_set_by_hand",
]
