"""A file on its whole way in a real browser with a real worker: mapped, previewed, imported, exported, undone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer, CustomerGroup
from foundation.jobs.models import OutboxMessage
from foundation.transfers.models import ImportProfile
from tests.browser.importing import count_of, upload
from tests.fixtures.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/admin/customers/customer/"
COUNTRIES = ("Germany", "Mexico", "UK", "Sweden")
COUNT = 24


@pytest.fixture
def northwind(tmp_path) -> Path:
    """A file of the shape of Northwind's customers: headers of its own, groups by country, reps of each."""
    path = tmp_path / "northwind.csv"
    rows = [f"NW{n:03};Firm {n:03};{COUNTRIES[n % 4]};net 30;EMP{n % 3}|EMP9;Berlin" for n in range(COUNT)]
    path.write_text("\n".join(["CustomerID;CompanyName;Country;Terms;Employees;City", *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture
def pictures(screenshot):
    """Keep a page at both widths; it fits either."""

    def take(page: Page, name: str) -> None:
        screenshot(page, f"import-{name}")
        page.set_viewport_size(PHONE)
        screenshot(page, f"import-{name}-phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.set_viewport_size(DESKTOP)

    return take


def more_of(page: Page, column: str):
    """The folded part of a column's row, opened."""
    row = page.locator(".hub-mapping-row", has=page.get_by_label(column, exact=True))
    row.locator("summary").click()
    return row


def map_columns(page: Page) -> None:
    page.get_by_label("Id", exact=True).select_option(label="not in the file")  # theirs is not our number
    for column, header in (("Name", "CompanyName"), ("Group Name", "Country"), ("Payment term Label", "Terms")):
        page.get_by_label(column, exact=True).select_option(header)
    page.get_by_label("Sales Rep Ids", exact=True).select_option("Employees")
    page.get_by_label("External Id", exact=True).select_option("CustomerID")
    more_of(page, "Group Name").get_by_label("Value table").fill("Germany = DE\nUK = GB")
    reps = more_of(page, "Sales Rep Ids")
    reps.get_by_label("Divide the cell at").fill("|")
    page.get_by_label("Save as a profile called").fill("Northwind")


def check_and_create_the_missing(page: Page, children, pictures) -> None:
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    pictures(page, "progress")
    children.start("worker", HUB_MAIL_KEEP_DAYS="1")  # only now: the page has to move by itself
    expect(count_of(page, "Refused")).to_have_text(str(COUNT), timeout=60_000)
    missing = page.locator(".hub-missing")
    expect(missing).to_contain_text("Customer groups that do not exist yet (4): DE, GB, Mexico, Sweden")
    expect(missing).to_contain_text("Payment terms that do not exist yet (1): net 30")
    expect(page.locator(".hub-preview")).to_contain_text("There is no “DE”")
    pictures(page, "errors")
    page.get_by_role("button", name="Create them with the import: check again").click()


def import_with_a_double_click(page: Page, pictures) -> None:
    expect(count_of(page, "New")).to_have_text(str(COUNT))
    expect(page.get_by_text("DE, GB, Mexico, Sweden")).to_be_visible()
    pictures(page, "preview")
    page.get_by_role("button", name=f"Import {COUNT} rows now").dblclick()
    expect(page.get_by_text(f"{COUNT} rows are in.")).to_be_visible()
    pictures(page, "report")


def send_again_unchanged(page: Page, northwind) -> None:
    upload(page, LIST, northwind, "Northwind")
    expect(count_of(page, "Unchanged")).to_have_text(str(COUNT))
    expect(page.get_by_text("Everything in this file is here already")).to_be_visible()


def edit_one_and_send_again(page: Page, northwind) -> None:
    edited = Customer.objects.get(code="NW005")
    page.goto(f"{LIST}{edited.pk}/change/")
    page.fill("#id_name", "Edited by hand")
    page.locator("button[name=_save], input[name=_save]").click()
    upload(page, LIST, northwind, "Northwind")
    expect(count_of(page, "Changed")).to_have_text("1")
    expect(page.locator(".hub-preview")).to_contain_text("Edited by hand")
    expect(page.locator(".hub-preview ins")).to_contain_text("Firm 005")


def export_and_send_back(page: Page, exported) -> None:
    page.goto(f"{LIST}export/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    download.value.save_as(exported)
    upload(page, LIST, exported)
    expect(count_of(page, "Unchanged")).to_have_text(str(COUNT))


def undo(page: Page, pictures) -> None:
    page.get_by_role("button", name="Undo this import…").click()
    expect(page.get_by_role("button", name="Yes, undo the import")).to_be_visible()
    pictures(page, "undo")
    page.get_by_role("button", name="Yes, undo the import").click()
    expect(page.get_by_text("What the undo did")).to_be_visible()
    expect(page.locator("#left-title + .hub-scroll")).to_contain_text("Changed since by Ada Staff")
    pictures(page, "undone")


def test_a_file_is_mapped_previewed_imported_repeated_exported_and_undone(
    staff_page: Page, northwind, children, pictures, tmp_path
):
    page = staff_page
    upload(page, LIST, northwind)
    expect(page.get_by_text("CSV · UTF-8 · divided by semicolons")).to_be_visible()
    map_columns(page)
    pictures(page, "arrange")
    check_and_create_the_missing(page, children, pictures)
    first = page.url
    import_with_a_double_click(page, pictures)
    assert (Customer.objects.count(), CustomerGroup.objects.count()) == (COUNT, 4)
    assert Customer.objects.get(code="NW001").rep_ids == ["EMP1"]
    assert OutboxMessage.objects.get().payload["subject"] == "Result of importing file northwind.csv"
    assert ImportProfile.objects.get().name == "Northwind"

    send_again_unchanged(page, northwind)
    edit_one_and_send_again(page, northwind)
    export_and_send_back(page, tmp_path / "exported.csv")
    page.goto(first)
    undo(page, pictures)
    assert list(Customer.objects.values_list("name", flat=True)) == ["Edited by hand"]
