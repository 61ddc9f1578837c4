"""Opens every page of the hub as a superuser and says what is wrong with any of them.

Run as a program (`python -m tests.ui.every_page`) it does so in a process of its own, for the look that is set.
"""

import json
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

FINE = {200, 302, 400, 403, 404, 405}  # an address may want a parameter, or a POST; it may never break
HERE = {"", "testserver", "localhost"}
LOADING = {("script", "src"), ("link", "href"), ("img", "src"), ("form", "action"), ("iframe", "src"), ("a", "href")}


class Page(HTMLParser):
    """What we want to know of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.mains = self.headings = 0
        self.title = ""
        self.outside: list[str] = []
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.mains += tag == "main"
        self.headings += tag == "h1"
        self._in_title = self._in_title or (tag == "title" and not self.title)
        self.outside += [v for k, v in attrs if v and (tag, k) in LOADING and urlsplit(v).netloc not in HERE]

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data.strip()

    def troubles(self) -> list[str]:
        """What every page must have and this one lacks."""
        found = [f"reaches outside: {address}" for address in self.outside]
        found += [f"{self.mains} main landmarks"] if self.mains != 1 else []
        found += [f"{self.headings} headings of level 1"] if self.headings != 1 else []
        return found + ([] if self.title.strip(" |") else ["no title"])


def fixed_addresses(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """Every address that takes no parameter."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if not isinstance(pattern.pattern, RoutePattern):
            continue
        address = prefix + str(pattern.pattern)
        if "<" in address:
            continue
        if isinstance(pattern, URLResolver):
            yield from fixed_addresses(pattern, address)
        elif not address.startswith(("/accounts/logout", "/api/")):  # signs out; speaks no HTML
            yield address


def record_addresses(model_admin: admin.ModelAdmin) -> Iterator[str]:
    """Every page of one record, where there is one."""
    record = model_admin.model._default_manager.first()
    if record is None:
        return
    for pattern in model_admin.get_urls():
        if isinstance(pattern, URLPattern) and pattern.name and list(pattern.pattern.converters) == ["object_id"]:
            yield reverse(f"admin:{pattern.name}", args=[record.pk])


def addresses() -> list[str]:
    """All of them."""
    of_records = (address for model_admin in admin.site._registry.values() for address in record_addresses(model_admin))
    return [*fixed_addresses(), *of_records]


def open_all(client: Client) -> dict[str, list[str]]:
    """Every address, and what is wrong with its page."""
    return {address: _troubles(client, address) for address in addresses()}


def _troubles(client: Client, address: str) -> list[str]:
    try:
        response = client.get(address)
    except Exception as error:  # noqa: BLE001 -- the page broke: this is what we are looking for
        return [f"{type(error).__name__}: {error}"]
    if response.streaming:
        b"".join(response.streaming_content)  # a file that is handed out is closed once it is read
    if response.status_code not in FINE:
        return [f"answered {response.status_code}"]
    if response.headers.get("Location", "").startswith(reverse(settings.LOGIN_URL)):
        return ["asks to sign in"]
    is_page = response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html")
    return Page(response.text).troubles() if is_page and response.content else []


def main() -> None:
    """Print what is wrong, as JSON, for the test that started us."""
    import django

    django.setup()
    from foundation.identity.models import User

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.filter(is_superuser=True).first())
    json.dump({"theme": settings.ADMIN_THEME, "pages": open_all(client)}, sys.stdout)


if __name__ == "__main__":
    main()
