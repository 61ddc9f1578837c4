"""Small pieces of HTML for Python code (list columns, read-only fields); templates use `{% load hub_ui %}` instead."""

from __future__ import annotations

from typing import Literal

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Tone = Literal["neutral", "info", "good", "warning", "bad"]


def badge(text: str | Promise, tone: Tone = "neutral") -> SafeString:
    """A short state in a coloured frame; the word says it, the colour only helps."""
    return format_html('<span class="hub-badge hub-{}">{}</span>', tone, text)


def diff(old: object, new: object) -> SafeString:
    """Old value struck through, an arrow, the new value; read aloud as “was … is now …”."""
    return format_html(
        '<span class="hub-diff"><del><span class="hub-sr">{} </span>{}</del>'
        ' <span class="hub-arrow" aria-hidden="true">→</span> '
        '<ins><span class="hub-sr">{} </span>{}</ins></span>',
        _("was"),
        shown(old),
        _("is now"),
        shown(new),
    )


def shown(value: object) -> SafeString:
    """A value as people read it: nothing becomes the word “empty”, true and false become yes and no."""
    if value is None or value == "":
        return format_html('<em class="hub-nothing">{}</em>', _("empty"))
    if isinstance(value, bool):
        return format_html("{}", _("yes") if value else _("no"))
    return format_html("{}", value)
