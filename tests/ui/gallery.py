"""Addresses of the hub, and one page that shows every shared piece at once: for the browser to look at."""

from pathlib import Path

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path
from django.utils import timezone

from foundation.ui.pages import confirm_page
from integration_hub.urls import urlpatterns as hub_addresses

LONG = (
    "Przedsiębiorstwo Handlowo-Usługowe „Zażółć Gęślą Jaźń” Spółka z ograniczoną odpowiedzialnością Spółka komandytowa"
)
PIECES = (Path(__file__).parent / "pieces.html").read_text(encoding="utf-8")
INSIDE = (
    '{% extends "admin/hub_page.html" %}{% block page_actions %}<a class="hub-button" href="/">Back</a>{% endblock %}'
)
OUTSIDE = '{% extends "base.html" %}{% block title %}Pieces{% endblock %}'
PARENTS = [(f"Level {number}", f"/{number}/") for number in range(4)] + [(LONG, "/parent/")]

polls = 0


def _draw(request: HttpRequest, source: str, **context: object) -> HttpResponse:
    shown = {
        "long": LONG,
        "now": timezone.now(),
        "numbers": [("Made", 1234, "good"), ("Changed", 0), ("Refused", 2, "bad", "/refused/")],
        "page": Paginator(range(500), 10).page(7),
        **context,
    }
    return HttpResponse(Template(source).render(RequestContext(request, shown)))


def inside(request: HttpRequest) -> HttpResponse:
    """The pieces on a page of the admin."""
    source = INSIDE + "{% block page %}" + PIECES + "{% endblock %}"
    return _draw(request, source, title="Pieces", parents=PARENTS, **admin.site.each_context(request))


def outside(request: HttpRequest) -> HttpResponse:
    """The pieces on a page outside of it."""
    return _draw(
        request, OUTSIDE + '{% block main %}<h1>Pieces</h1><div class="hub">' + PIECES + "</div>{% endblock %}"
    )


def confirm(request: HttpRequest) -> HttpResponse:
    """The page that asks."""
    return confirm_page(
        request,
        title="Delete 3 customers",
        question="Delete these customers for good?",
        submit="Delete",
        cancel_url="/",
        details=[LONG, "Acme", "Northwind"],
        counts=[("Customers", 3, "bad"), ("Addresses", 7)],
        hidden={"ids": [1, 2, 3]},
        dangerous=True,
        parents=[("Customers", "/")],
    )


def state(request: HttpRequest) -> HttpResponse:
    """A part that moves for two polls and then is done."""
    global polls  # noqa: PLW0603 -- one page, one test
    polls += request.headers.get("HX-Request") == "true"
    part = '<section id="state" {% poll "/gallery/state/" active %}>{% progress done 2 "Steps" %}</section>'
    return _draw(request, "{% load hub_ui %}" + part, done=polls, active=polls < 2)


def live(request: HttpRequest) -> HttpResponse:
    """A page with that part, outside the admin: strict policy, our own htmx."""
    part = state(request).content.decode()
    return _draw(request, OUTSIDE + "{% block main %}<h1>Live</h1>{{ part|safe }}{% endblock %}", part=part)


urlpatterns = [
    path("admin/gallery/", admin.site.admin_view(inside)),
    path("admin/gallery/confirm/", admin.site.admin_view(confirm)),
    path("gallery/", outside),
    path("gallery/state/", state),
    path("gallery/live/", live),
    *hub_addresses,
]
