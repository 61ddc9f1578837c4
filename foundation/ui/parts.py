"""Parts of a page that other apps register: kept in order, drawn one by one, none able to break the page."""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

logger = logging.getLogger(__name__)

Context = dict[str, Any] | None


class AlreadyRegisteredError(Exception):
    """Two parts of one page share a slug, by which links and tests find a part."""


@dataclass(frozen=True)
class Part:
    """What a panel and a dashboard card have in common; a lower `order` comes first, ties stay as registered."""

    slug: str
    title: str | Promise
    order: int
    template: str


@dataclass(frozen=True)
class Drawn:
    """A part that has been rendered, ready for the page."""

    part: Part
    html: SafeString
    failed: bool = False


AnyPart = TypeVar("AnyPart", bound=Part)


def insert(parts: list[AnyPart], part: AnyPart) -> None:
    """Put a part in its place among the others of its page."""
    if any(other.slug == part.slug for other in parts):
        raise AlreadyRegisteredError(part.slug)
    parts.append(part)
    parts.sort(key=lambda one: one.order)


def draw(part: Part, request: HttpRequest, get_context: Callable[[], Context]) -> Drawn | None:
    """Render one part; None when it has nothing to show. A part that raises becomes a quiet note with a reference."""
    try:
        with _own_savepoint():
            context = get_context()
            if context is None:
                return None
            html = render_to_string(part.template, {"part": part, **context}, request)
    except Exception:  # noqa: BLE001 -- another app's part must not take the page of the record with it
        return _failed(part, request)
    return Drawn(part, html)


def _own_savepoint() -> contextlib.AbstractContextManager[None]:
    """Keep a refused query from spoiling the transaction of the page, where the page runs in one."""
    return transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext()


def _failed(part: Part, request: HttpRequest) -> Drawn:
    reference = secrets.token_hex(4)
    logger.exception("part_failed", extra={"part": part.slug, "reference": reference})
    html = render_to_string("ui/part_failed.html", {"part": part, "reference": reference}, request)
    return Drawn(part, html, failed=True)
