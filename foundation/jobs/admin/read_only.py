"""Ledgers: written by the hub alone, looked at by people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from foundation.ui.theme import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Nobody adds, changes or deletes here, superusers included."""

    actions: Any = None
    list_display_links: Any = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False
