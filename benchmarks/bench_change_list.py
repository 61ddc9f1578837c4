"""The list of customers at one million, against Django's stock admin, page by page through the real views.

Runs where `make bench` runs, and again on a PostgreSQL of the machine that has trigrams, if there is one.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext, override_settings

from benchmarks.figures import Figure
from benchmarks.million import CUSTOMERS, fill
from customers.models import Customer
from customers.search import trigrams_available
from foundation.identity.models import User
from integration_hub.embedded_postgres import EmbeddedPostgres
from integration_hub.postgres_programs import machine_programs

OURS, STOCK = 20, 5  # runs; the 95th percentile wants more of them, the stock admin's are slow
SEARCH_GOAL, PAGE_GOAL, QUERIES_GOAL = 0.2, 1.0, 12
PAGES = {
    "first page": "",
    "filter by group": "group__id__exact={group}",
    "search a frequent word": "q=handel",
    "search a rare code": "q=C0777777",
    "search an e-mail address": "q=office500000@company.example",
    "search without a hit": "q=qwertyuiop",
    "page 200": "p=200",
}
COLUMNS = ("name", "code", "group", "parent", "internal_rating", "payment_term", "tax_code", "account", "owner")


# Names of files are not what is measured, and nobody has collected the files here.
PLAIN_FILES = settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


class StockAdmin(admin.ModelAdmin):
    """What one writes first."""

    list_display = COLUMNS
    list_filter = ("group",)
    search_fields = ("name", "code", "vat_id", "email")
    list_select_related = True
    list_per_page = 50


def run() -> Iterator[Figure]:
    """Yield ratios for every page, then those of the other server."""
    yield from figures()
    yield from figures_elsewhere()


def figures(customers: int = CUSTOMERS) -> Iterator[Figure]:
    """Measure on the database we are connected to."""
    with override_settings(STORAGES=PLAIN_FILES):
        fill(customers)
        yield from measured()


def measured() -> Iterator[Figure]:
    """Open every page as we and as the stock admin do it."""
    kind = "with trigrams" if trigrams_available("default") else "without trigrams"
    user = User.objects.create_superuser("bench@hub.example")
    stock = StockAdmin(Customer, admin.AdminSite("stock"))
    ours = admin.site.get_model_admin(Customer)
    group = Customer.objects.exclude(group=None).values_list("group", flat=True)[0]
    for page, query in PAGES.items():
        query = query.format(group=group)
        opens = opener(ours, user, query)
        with CaptureQueriesContext(connection) as queries:
            opens()
        goal = SEARCH_GOAL if page.startswith("search") else PAGE_GOAL
        ratio = p95_ratio(opens, opener(stock, user, query))
        yield Figure(f"customer list, {page}, {kind}: p95 against the stock admin", ratio, goal)
        yield Figure(f"customer list, {page}, {kind}: queries", len(queries), QUERIES_GOAL)


def figures_elsewhere() -> Iterator[Figure]:
    """Measure in a child process on a server with trigrams, when this one has none and the machine has one."""
    programs = machine_programs("pg_trgm")
    if programs is None or trigrams_available("default"):
        return
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        with EmbeddedPostgres(Path(home) / "postgres", programs=programs).running() as url:
            environment = os.environ | {"DATABASE_URL": url}
            for command in (["migrate", "--verbosity", "0"], ["createcachetable"]):
                subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True)
            yield from figures_of_child(environment)


def figures_of_child(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure in a process of its own, and tell each figure as soon as it is there."""
    script = [sys.executable, "-m", "benchmarks.one", "bench_change_list"]
    with subprocess.Popen(script, env=environment, stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout or ():
            yield Figure.parse(line)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, script)


def opener(model_admin: admin.ModelAdmin, user: User, query: str) -> Callable[[], None]:
    """Return a call that opens and renders the page."""

    def opens() -> None:
        request = RequestFactory().get(f"/admin/customers/customer/?{query}")
        request.user, request.session = user, {}
        request._messages = CookieStorage(request)
        response = model_admin.changelist_view(request)
        assert response.status_code == HttpResponse.status_code, response
        response.render()

    return opens


def p95_ratio(ours: Callable[[], None], stock: Callable[[], None]) -> float:
    """Return the ratio of 95th percentiles, run in turns so that a busy moment of the machine hits both."""
    ours(), stock()
    seconds: dict[Callable[[], None], list[float]] = {ours: [], stock: []}
    for _round in range(STOCK):
        for way in (stock, *[ours] * (OURS // STOCK)):
            started = time.perf_counter()
            way()
            seconds[way].append(time.perf_counter() - started)
    return p95(seconds[ours]) / p95(seconds[stock])


def p95(seconds: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]
