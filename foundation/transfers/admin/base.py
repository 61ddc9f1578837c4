"""What the pages of import and export know of the list they belong to, and of the kinds of file found there."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Self

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst

from foundation.identity.models import User
from foundation.transfers.registry import Transfer, transfer_by_slug, transfers

PAGES = {
    "import_button": "import",
    "export_button": "export",
    "template_csv": "template",
    "template_xlsx": "template-xlsx",
}


class TransferPages:
    """For a ModelAdmin; `transfer_slug` names the registered kind of file.

    Further kinds that are found on this list (`Transfer.of`) have the same pages, one step beside those of its own.
    """

    transfer_slug: str
    is_further = False  # whether these are the pages of a further kind
    model: Any
    opts: Any
    admin_site: Any

    @property
    def transfer(self) -> Transfer:
        """The kind of file this list moves."""
        return transfer_by_slug(self.transfer_slug)

    @property
    def further(self) -> list[Transfer]:
        """The other kinds of file that are found here."""
        own = type(self).transfer_slug
        return [one for one in transfers() if one.listed is self.model and one.slug != own]

    def of_kind(self, slug: str) -> Self:
        """The same pages for another kind of file; raises Http404 for one that is not found here."""
        if slug == type(self).transfer_slug:
            return self
        if slug not in {one.slug for one in self.further}:
            raise Http404
        pages = copy.copy(self)
        pages.transfer_slug, pages.is_further = slug, True
        return pages

    def get_urls(self) -> list[URLPattern]:
        """The pages of the list itself, and those of the further kinds."""
        return [*(self._further_path(page) for page in PAGES), *super().get_urls()]  # type: ignore[misc]

    def _further_path(self, page: str) -> URLPattern:
        name = f"{self.opts.app_label}_{self.opts.model_name}_{page}_of"
        return path(
            f"files/<slug:slug>/{PAGES[page]}/", self.admin_site.admin_view(self._further_view(page)), name=name
        )

    def _further_view(self, page: str) -> Callable[..., HttpResponseBase]:
        def view(request: HttpRequest, slug: str) -> HttpResponseBase:
            answer: HttpResponseBase = getattr(self.of_kind(slug), page)(request)
            return answer

        return view

    def kinds_of_file(self, page: str, query: str = "") -> list[tuple[str, str, bool]]:
        """The kinds of file found here with the address of their page, and which is open; none where there is one."""
        own = transfer_by_slug(type(self).transfer_slug)
        kinds = [own, *self.further]
        after = f"?{query}" if query else ""
        found = [
            (str(one.title), self.of_kind(one.slug)._page_url(page) + after, one.slug == self.transfer_slug)
            for one in kinds
        ]
        return found if len(found) > 1 else []

    def _parents(self) -> list[tuple[Any, str]]:
        return [(capfirst(str(self.opts.verbose_name_plural)), self._page_url("changelist"))]

    def _page_url(self, page: str) -> str:
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"
        if self.is_further and page in PAGES:
            return reverse(f"{name}_of", args=[self.transfer_slug])
        return reverse(name)

    @staticmethod
    def _person(request: HttpRequest) -> User:
        assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
        return request.user


def file_page_url(transfer: Transfer, page: str) -> str:
    """Address of a page of a kind of file; raises where no list has it."""
    pages: Any = admin.site.get_model_admin(transfer.listed)
    return str(pages.of_kind(transfer.slug)._page_url(page))
