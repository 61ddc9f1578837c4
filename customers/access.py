"""What each role may do with customers."""

from __future__ import annotations

from foundation.identity.roles import Role, register_role

RECORDS = ("customer", "address", "contact", "department", "membership", "note", "customerpricelist", "account")
LISTS = ("customergroup", "grouppricelist", "paymentterm", "taxcode", "internalrating", "systempricelist")
EVERYBODYS = ("customers.access_all_customers",)
MERGE = ("customers.merge_customer",)
TELL = ("customers.tell_contact",)
ERASE = ("customers.erase_contact",)
MOVED = (
    *("customer", "address", "contact", "department", "account"),
    *("customergroup", "paymentterm", "taxcode", "systempricelist"),
)


def permissions(models: tuple[str, ...], *verbs: str) -> list[str]:
    """Permission words for these models."""
    return [f"customers.{verb}_{model}" for model in models for verb in verbs]


FILES = permissions(MOVED, "import", "export")


def register() -> None:
    """Add our permissions to the roles."""
    everything = permissions((*RECORDS, *LISTS, "customersettings"), "view", "add", "change", "delete")
    look = permissions((*RECORDS, *LISTS), "view")
    work = permissions(RECORDS, "add", "change", "delete")
    register_role(Role.ADMINISTRATOR, [*everything, *EVERYBODYS, *MERGE, *TELL, *ERASE, *FILES])
    office = [*look, *work, *permissions(LISTS, "add", "change")]
    register_role(Role.SALES_OFFICE, [*office, *EVERYBODYS, *MERGE, *TELL, *FILES])
    register_role(
        Role.SALES_REPRESENTATIVE,
        [
            *look,
            *permissions(("customer", "contact"), "add", "change"),
            *permissions(("address", "note"), "add", "change", "delete"),
        ],
    )
    register_role(Role.READ_ONLY, [*look, *EVERYBODYS])
    register_role(Role.INTEGRATIONS, [*look, *work, *permissions(LISTS, "add", "change"), *EVERYBODYS, *FILES])
