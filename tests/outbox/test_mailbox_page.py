"""The local mailbox page."""

from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from playwright.sync_api import Page, expect

from foundation.identity.models import User
from foundation.jobs.mail import mail_put, mail_put_message
from foundation.jobs.models import MailboxMessage
from tests.outbox.conftest import deliver_all

pytestmark = pytest.mark.django_db
DESIGNED = """<div style="font: 16px sans-serif; max-width: 32rem"><h1 style="color: #146f86">Your order 17</h1>
<p>Designed for you: it has left our house this morning.</p>
<p><a href="https://hub.example/17">Follow it</a></p></div>"""
EVIL = '<p>Designed</p><script>document.title = "owned"</script><img src="https://evil.example/x.png">'


@pytest.fixture
def rich_mail(db):
    """A mail with text, html and an attachment, delivered."""
    return deliver_rich_mail(DESIGNED)


def deliver_rich_mail(html):
    mail = EmailMultiAlternatives("Your order 17", "See https://hub.example/orders/17", to=["Anna <anna@example.com>"])
    mail.attach_alternative(html, "text/html")
    mail.attach("offer.csv", "a;b", "text/csv")
    mail_put_message(mail)
    deliver_all()
    return MailboxMessage.objects.latest("id")


def put(count, **options):
    for number in range(count):
        mail_put(to=[f"buyer{number}@example.com"], **{"subject": f"Order {number}", "text": "It has left."} | options)
    deliver_all()


def test_an_empty_mailbox_says_what_to_do(client):
    assert "No mail yet" in client.get(reverse("mailbox")).content.decode()


def test_lists_newest_first_by_pages(client, django_assert_max_num_queries):
    put(30)
    with django_assert_max_num_queries(2):
        page = client.get(reverse("mailbox")).context["page"]
    assert [mail.subject for mail in page][:2] == ["Order 29", "Order 28"]
    assert (len(page), page.paginator.num_pages) == (25, 2)


@pytest.mark.parametrize(
    ("search", "found"), [("order 2", 1), ("BUYER1@", 1), ("left buyer0", 1), ("nowhere", 0), ("%", 0)]
)
def test_searches_who_subject_and_text(client, search, found):
    put(3)
    assert client.get(reverse("mailbox"), {"q": search}).context["page"].paginator.count == found


def test_shows_a_mail_as_text_with_links(client, rich_mail):
    shown = client.get(reverse("mailbox_message", args=[rich_mail.pk]), {"view": "text"}).content.decode()
    assert '<a href="https://hub.example/orders/17" rel="nofollow">' in shown
    assert "Designed" not in shown


def test_S5_the_text_of_a_mail_is_never_markup(client):
    put(1, subject="<b>x</b>", text="<script>alert(1)</script>")
    shown = client.get(reverse("mailbox_message", args=[MailboxMessage.objects.get().pk])).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;b&gt;x&lt;/b&gt;" in shown


def test_S5_a_designed_mail_may_run_and_load_nothing(client, rich_mail):
    answer = client.get(reverse("mailbox_html", args=[rich_mail.pk]))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "script" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_S9_an_attachment_is_a_download(client, rich_mail):
    answer = client.get(reverse("mailbox_attachment", args=[rich_mail.pk, 0]))
    assert (answer.content, answer.headers["Content-Disposition"]) == (b"a;b", 'attachment; filename="offer.csv"')
    assert client.get(reverse("mailbox_attachment", args=[rich_mail.pk, 1])).status_code == 404


def test_is_not_there_where_mail_is_really_sent(client, settings, rich_mail):
    settings.MAILBOX = False
    pages = ["mailbox", "mailbox_message", "mailbox_html"]
    assert {client.get(reverse(name, args=[rich_mail.pk][: name != "mailbox"])).status_code for name in pages} == {404}


def test_a_hub_others_can_reach_shows_it_to_superusers_only(client, settings, rich_mail):
    settings.HTTPS = True
    address = reverse("mailbox_message", args=[rich_mail.pk])
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_staff("staff@example.com"))
    assert client.get(address).status_code == 403
    client.force_login(User.objects.create_superuser("root@example.com"))
    assert client.get(address).status_code == 200


def test_answers_are_not_kept_by_browsers(client, rich_mail):
    assert "no-store" in client.get(reverse("mailbox_message", args=[rich_mail.pk])).headers["Cache-Control"]


@pytest.mark.browser
@pytest.mark.parametrize("screen", ["page", "phone_page"])
def test_looks_good_on_desktop_and_phone(request, screen, screenshot, transactional_db, rich_mail):
    page: Page = request.getfixturevalue(screen)
    put(30)
    page.goto("/mailbox/")
    screenshot(page, f"mailbox-list-{screen}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("searchbox").fill("order 17")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Your order 17").click()
    expect(page.frame_locator("iframe").get_by_text("Designed")).to_be_visible()
    screenshot(page, f"mailbox-message-{screen}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Plain text").click()
    expect(page.get_by_role("link", name="https://hub.example/orders/17")).to_be_visible()


@pytest.mark.browser
def test_S5_a_hostile_mail_runs_nothing_and_reaches_nobody(page: Page, transactional_db):
    mail = deliver_rich_mail(EVIL)
    reader = page.context.new_page()  # this one may meet what the policy forbids
    reached = []
    reader.on("response", lambda response: reached.append(urlsplit(response.url).hostname))
    reader.goto(f"/mailbox/{mail.pk}/")
    expect(reader.frame_locator("iframe").get_by_text("Designed")).to_be_visible()
    assert "owned" not in reader.title() + reader.frames[1].title()
    assert set(reached) == {"127.0.0.1"}


@pytest.mark.browser
def test_a_new_mail_appears_without_reload(page: Page):
    page.goto("/mailbox/")
    expect(page.get_by_text("No mail yet")).to_be_visible()
    put(1)
    expect(page.get_by_text("Order 0")).to_be_visible(timeout=15_000)
