"""What the pages of import and export know of the list they belong to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from foundation.identity.models import User
from foundation.transfers.registry import Transfer, transfer_by_slug


class TransferPages:
    """For a ModelAdmin; `transfer_slug` names the registered kind of file."""

    transfer_slug: str
    opts: Any
    admin_site: Any

    @property
    def transfer(self) -> Transfer:
        """The kind of file this list moves."""
        return transfer_by_slug(self.transfer_slug)

    def get_urls(self) -> list[Any]:
        """The pages of the list itself."""
        return super().get_urls()

    def _parents(self) -> list[tuple[Any, str]]:
        return [(capfirst(str(self.opts.verbose_name_plural)), self._page_url("changelist"))]

    def _page_url(self, page: str) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}")

    @staticmethod
    def _person(request: HttpRequest) -> User:
        assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
        return request.user
