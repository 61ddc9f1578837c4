"""Scopes: the words that say what an API token may be used for. Each app registers its own in `AppConfig.ready()`."""

from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_scopes: dict[str, str | Promise] = {}


def register_scope(word: str, title: str | Promise) -> None:
    """Make `word` (such as `customers:read`) choosable for tokens; `title` is what people see."""
    if word.count(":") != 1:
        raise ImproperlyConfigured(f"A scope is written subject:verb, not {word!r}.")
    _scopes[word] = title


def unregister_scope(word: str) -> None:
    """Take a scope out again (tests)."""
    _scopes.pop(word, None)


def scope_choices() -> list[tuple[str, str | Promise]]:
    """Return all scopes, sorted by word, as choices of a form."""
    return sorted(_scopes.items())


def scope_title(word: str) -> str:
    """Return what people see; a scope that no app registers any more shows its word."""
    return str(_scopes.get(word, word))


def validate_scopes(words: Iterable[str]) -> None:
    """Refuse words nobody registered."""
    unknown = sorted(set(words) - set(_scopes))
    if unknown:
        raise ValidationError(
            {"scopes": _("Unknown scope: %(scopes)s. Choose from the list.") % {"scopes": ", ".join(unknown)}}
        )
