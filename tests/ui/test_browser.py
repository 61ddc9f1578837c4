"""What only a browser can tell: errors in its console, requests to outside, sideways scrolling, keyboard, access."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from customers.models import Customer
from foundation.jobs.models import Job
from tests.ui import gallery
from tests.ui.records import make_records

pytestmark = pytest.mark.browser

GALLERY = ["/gallery/", "/admin/gallery/", "/admin/gallery/confirm/"]
PAGES = ["/admin/", "/admin/auth/group/", "/admin/auth/group/add/"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@pytest.fixture
def watched(page: Page) -> Callable[[], list[str]]:
    """What the browser complains of, and what it asks of others than us."""
    found: list[str] = []

    def heard() -> list[str]:
        """What came since the last time."""
        told = [one for one in found if not one.startswith("data:")]
        found.clear()
        return told

    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", lambda request: found.append(request.url) if "127.0.0.1" not in request.url else None)
    return heard


@pytest.fixture
def _gallery(settings) -> None:
    settings.ROOT_URLCONF = "tests.ui.gallery"
    gallery.polls = 0


def _access_troubles(page: Page) -> list[str]:
    violations = Axe().run(page, options=RULES).response["violations"]
    return [f"{v['id']}: {node['html'][:200]} {node['failureSummary']}" for v in violations for node in v["nodes"]]


def _width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("address", PAGES)
def test_page_is_quiet_and_fits_a_desk(staff_page, watched, address):
    staff_page.goto(address, wait_until="networkidle")
    assert watched() == []
    assert _width(staff_page) == 1280


@pytest.mark.parametrize("address", PAGES)
def test_page_fits_a_phone(phone_page, watched, address):
    phone_page.goto(address, wait_until="networkidle")
    assert watched() == []
    assert _width(phone_page) == 390


@pytest.mark.parametrize("address", [*PAGES, "/no-such-page/", "/accounts/login/?next=/admin/"])
def test_page_is_open_to_everyone(staff_page, address):
    staff_page.goto(address, wait_until="networkidle")
    assert _access_troubles(staff_page) == []


def test_first_tab_leads_past_the_menu(staff_page):
    staff_page.goto("/admin/")
    staff_page.keyboard.press("Tab")
    link = staff_page.get_by_role("link", name="Skip to main content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    staff_page.keyboard.press("Enter")
    expect(staff_page.get_by_role("main")).to_be_focused()


def test_menu_opens_by_keyboard_on_a_phone(phone_page):
    phone_page.goto("/admin/")
    menu = phone_page.locator("#nav-sidebar")
    expect(menu).to_be_hidden()
    phone_page.get_by_role("button", name="Open the menu").press("Enter")
    expect(menu.get_by_role("link", name="Groups", exact=True)).to_be_visible()


def test_page_outside_the_admin_loads_its_style_and_icons_under_the_strict_policy(page, watched):
    page.goto("/no-such-page/", wait_until="networkidle")
    assert page.locator(".hub-main").evaluate("element => getComputedStyle(element).maxWidth") == "448px"
    assert [text for text in watched() if "404" not in text] == []


def test_choosing_a_file_to_import_is_quiet(staff_page, watched):
    staff_page.goto("/admin/customers/customer/import/", wait_until="networkidle")
    chosen = {"name": "customers.csv", "mimeType": "text/csv", "buffer": b"Name\nNordwind\n"}
    field = staff_page.get_by_label("Choose a file, or drop it here")
    field.set_input_files(chosen)
    assert field.evaluate("field => field.files[0].name") == "customers.csv"
    assert watched() == []


def test_page_of_the_api_document_is_quiet_under_the_strict_policy(staff_page, watched):
    staff_page.goto("/api/docs/", wait_until="networkidle")
    expect(staff_page.get_by_role("heading", name="Integration Hub")).to_be_visible()
    assert staff_page.locator("body").evaluate("element => getComputedStyle(element).margin") == "0px"
    assert watched() == []


@pytest.mark.usefixtures("_gallery")
@pytest.mark.parametrize("address", GALLERY)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shared_pieces_are_open_to_everyone_by_day_and_night(staff_page, address, scheme):
    staff_page.emulate_media(color_scheme=scheme)
    staff_page.goto(address, wait_until="networkidle")
    assert _access_troubles(staff_page) == []


@pytest.mark.usefixtures("_gallery")
@pytest.mark.parametrize("address", GALLERY)
def test_shared_pieces_fit_a_phone_with_long_names(phone_page, watched, address):
    phone_page.goto(address, wait_until="networkidle")
    assert _width(phone_page) == 390
    assert watched() == []


@pytest.mark.usefixtures("_gallery")
def test_polled_part_moves_without_reload_and_stops_at_the_end(page, watched):
    page.goto("/gallery/live/")
    expect(page.locator("#state")).to_contain_text("2 of 2 (100 %)", timeout=15_000)
    expect(page.locator("#state")).not_to_have_attribute("hx-get", "/gallery/state/")
    assert gallery.polls == 2
    assert watched() == []


def _work_pages() -> list[str]:
    """The pages people live in, each with something on it."""
    customer = Customer.objects.filter(
        contacts__isnull=False, addresses__isnull=False, children__isnull=False, group__isnull=False
    ).earliest("pk")
    record = f"/admin/customers/customer/{customer.pk}"
    job = Job.objects.earliest("pk")
    return [
        "/admin/",
        "/admin/customers/customer/",
        "/admin/customers/customer/?q=nothing-like-it",
        "/admin/customers/customer/add/",
        "/admin/customers/customer/import/",
        f"{record}/overview/",
        f"{record}/change/",
        f"{record}/history/",
        f"{record}/move/",
        f"/admin/customers/customergroup/{customer.group_id}/overview/",
        f"/admin/customers/customergroup/{customer.group_id}/assign/",
        f"{record}/delete/",
        "/admin/jobs/job/",
        job.get_absolute_url(),
        "/admin/jobs/outboxmessage/",
        "/accounts/",
        "/accounts/2fa/",
        "/mailbox/",
    ]


@pytest.fixture
def work_pages(hub_server, superuser) -> list[str]:
    make_records(superuser)
    return _work_pages()


def test_pages_people_live_in_are_quiet_open_to_everyone_and_fit(work_pages, staff_page, watched):
    troubles = []
    for address in work_pages:
        staff_page.set_viewport_size({"width": 1280, "height": 900})
        staff_page.goto(address, wait_until="networkidle")
        troubles += [f"{address}: {text}" for text in (*watched(), *_access_troubles(staff_page))]
        for width in (1280, 390):
            staff_page.set_viewport_size({"width": width, "height": 900})
            troubles += [f"{address}: {width} wide, needs {_width(staff_page)}"] if _width(staff_page) > width else []
        if address.endswith("/overview/"):  # its columns and tables are other ones on a phone
            troubles += [f"{address}, on a phone: {text}" for text in _access_troubles(staff_page)]
    assert not troubles, "\n".join(troubles)
