"""The local mailbox: a page that shows the mail a trial installation would have sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from foundation.jobs.mail.mailbox import attachments, body, mails_list, parse
from foundation.jobs.models import MailboxMessage

PAGE_SIZE = 25
# A mail is written by others: it runs nothing, loads nothing, reaches nothing. Its links open a new tab.
HTML_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'"
)
View = Callable[..., HttpResponse]


def of_the_mailbox(view: View) -> View:
    """Answer only where mail is kept here; a hub that others can reach shows it to superusers alone.

    Mails open accounts: with HUB_HTTPS off the hub is a trial on somebody's own machine, and nobody may have signed in
    yet.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MAILBOX:
            raise Http404
        if settings.HTTPS and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if settings.HTTPS and not request.user.is_superuser:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return require_safe(never_cache(guarded))


@of_the_mailbox
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mails, newest first."""
    search = request.GET.get("q", "").strip()
    page = Paginator(mails_list(search), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "mailbox/mailbox_list.html", {"page": page, "search": search})


@of_the_mailbox
def mailbox_message(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail: as its sender designed it, or its plain text."""
    mail = get_object_or_404(MailboxMessage, pk=pk)
    parsed = parse(bytes(mail.source))
    has_html = bool(body(parsed, "html"))
    context = {
        "mail": mail,
        "to": parsed.get("To", ""),
        "has_html": has_html,
        "shows_html": has_html and request.GET.get("view") != "text",
        "attachments": attachments(parsed),
        "newer": MailboxMessage.objects.filter(pk__gt=pk).order_by("pk").values_list("pk", flat=True).first(),
        "older": MailboxMessage.objects.filter(pk__lt=pk).values_list("pk", flat=True).first(),
    }
    return render(request, "mailbox/mailbox_message.html", context)


@of_the_mailbox
@xframe_options_sameorigin
def mailbox_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The designed part of a mail, for the frame on its page."""
    mail = get_object_or_404(MailboxMessage, pk=pk)
    page = '<!DOCTYPE html><base target="_blank">' + body(parse(bytes(mail.source)), "html")
    return HttpResponse(page, headers={"Content-Security-Policy": HTML_POLICY})


@of_the_mailbox
def mailbox_attachment(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One file of a mail, always as a download."""
    mail = get_object_or_404(MailboxMessage, pk=pk)
    files = attachments(parse(bytes(mail.source)))
    if number >= len(files):
        raise Http404
    file = files[number]
    answer = HttpResponse(file.content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name) or ""
    return answer
