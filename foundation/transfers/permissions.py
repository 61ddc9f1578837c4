"""The rights to move records by file."""

from __future__ import annotations

from django_stubs_ext import StrOrPromise


def by_file(model: str, plural: StrOrPromise) -> list[tuple[str, StrOrPromise]]:
    """The rights to move records of a model by file."""
    return [(f"import_{model}", f"Can import {plural}"), (f"export_{model}", f"Can export {plural}")]
