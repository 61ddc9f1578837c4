"""The words of the rules that this app's triggers hold, and how a trigger says them."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from foundation.changes.refusals import broken_rule, refusals, register_sentences, sentence_of
from foundation.changes.rule_triggers import refusal

__all__ = ["SENTENCES", "broken_rule", "refusals", "refuse", "sentence_of"]

OWN_PARENT = gettext_noop("Circular reference detected. '%(name)s' cannot be its own parent.")
PARENT_IS_BELOW = gettext_noop(
    "Circular reference detected. '%(parent)s' cannot be a parent of '%(name)s' because it is its child."
)
CHILD_IS_ABOVE = gettext_noop(
    "Circular reference detected. '%(child)s' cannot be a child of '%(name)s' because it is its parent."
)

SENTENCES = {
    "customer_tree_has_no_cycle": PARENT_IS_BELOW,
    "customer_parent_exists": gettext_noop("The parent of customer '%(name)s' does not exist."),
    "customer_code_is_no_former_one": gettext_noop(
        "The code '%(code)s' is a former code of '%(name)s', which another customer was merged into."
    ),
    "alias_code_is_no_customers": gettext_noop("The code '%(code)s' is the one that '%(name)s' has now."),
    "address_keeps_customer": gettext_noop("Address owner cannot be changed once set."),
    "address_primary_stays": gettext_noop(
        "'%(address)s' is the primary address of '%(customer)s': make another address primary before deleting it."
    ),
    "contact_address_of_customer": gettext_noop(
        "The address of contact '%(contact)s' belongs to another customer than the contact."
    ),
    "contact_user_is_portal": gettext_noop(
        "'%(user)s' is staff and cannot be the portal user of contact '%(contact)s'."
    ),
    "department_takes_own_people": gettext_noop(
        "Department '%(department)s' takes people of '%(customer)s' and its subsidiaries only,"
        " and contact '%(contact)s' is of '%(employer)s'."
    ),
}

register_sentences(SENTENCES)


def refuse(rule: str, **values: str) -> str:
    """SQL that refuses with the sentence of `rule`; `values` are SQL expressions for the names in it."""
    return refusal(SENTENCES, rule, **values)
