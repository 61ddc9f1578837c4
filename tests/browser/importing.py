"""What stories with files have in common: sending one, and the counts of its preview."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect


def upload(page: Page, address: str, file: Path, profile: str = "") -> None:
    """Send a file from a list's Import button."""
    page.goto(address)
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("Choose a file, or drop it here").set_input_files(file)
    if profile:
        page.get_by_label("Read it by a saved profile").select_option(label=profile)
    page.get_by_role("button", name="Go on").click()


def count_of(page: Page, tab: str):
    """The number on a tile."""
    return page.locator(".hub-tiles li", has_text=re.compile(rf"^\s*{tab}")).locator("strong")


def import_file(page: Page, address: str, file: Path, rows: int, tab: str = "New") -> None:
    """Send a file whose columns are known, look at its preview and import it."""
    upload(page, address, file)
    expect(count_of(page, tab)).to_have_text(str(rows), timeout=60_000)
    page.get_by_role("button", name=re.compile(rf"Import {rows} rows? now")).click()
    expect(page.get_by_text(re.compile(rf"{rows} rows? (is|are) in."))).to_be_visible()
