"""Notes on the page of a customer, and the files that hang on them."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, Note, NoteFile, StoredFile
from customers.noting import writing
from customers.noting.keeping import tidy_contents
from foundation.changes.history.restore import plan_return
from foundation.changes.models import Change
from foundation.identity.models import User
from tests.customers.admin.conftest import allow, page_url
from tests.factories import CustomerFactory, NoteFactory

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def package(*parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as content:
        for part in parts:
            content.writestr(part, "x")
    return file.getvalue()


def upload(name, content=PNG):
    return SimpleUploadedFile(name, content)


def panel(client, customer, **query):
    answer = client.get(page_url(customer), query, headers={"HX-Target": "panel-notes"})
    assert "could not be shown" not in answer.text
    return answer.text


def key_of(html):
    return re.search(r'name="form_key" value="([^"]+)"', html)[1]


def write(client, customer, text="Call before noon.", files=(), **more):
    url = reverse("admin:customers_note_write", args=[customer.pk])
    return client.post(url, {"text": text, "files": list(files), **more})


def note_with_file(customer, user, name="plan.png"):
    return writing.note_write(customer=customer, author=user, text="Look", files=[upload(name)])


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_note_is_written_on_the_page_and_stands_first(boss, superuser, nordwind):
    NoteFactory(customer=nordwind, text="Older")
    answer = write(boss, nordwind, files=[upload("plan.png"), upload("letter.pdf", b"%PDF-1.7 x")])
    assert answer.url == f"{page_url(nordwind)}#panel-notes"
    html = panel(boss, nordwind)
    assert html.index("Call before noon.") < html.index("Older")
    assert ("plan.png</a>" in html, "letter.pdf</a>" in html, "Ruth Root" in html) == (True, True, True)


def test_a_form_sent_twice_writes_one_note(boss, nordwind):
    key = key_of(panel(boss, nordwind))
    for _click in (1, 2):
        assert write(boss, nordwind, files=[upload("plan.png")], form_key=key).status_code == 302
    assert (Note.objects.count(), NoteFile.objects.count()) == (1, 1)


def test_what_cannot_be_written_is_asked_again_with_its_text_and_key(boss, nordwind):
    key = key_of(panel(boss, nordwind))
    answer = write(boss, nordwind, files=[upload("a.exe", b"MZ"), upload("b.pdf")], form_key=key)
    assert answer.status_code == 200
    for words in ("“a.exe” is none of the files", "“b.pdf” is not what its name says", "Call before noon."):
        assert words in answer.text
    assert key_of(answer.text) == key
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.PNG", PNG, "image/png"),
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.gif", b"GIF89a", "image/gif"),
        ("a.webp", b"RIFF0000WEBPVP8 ", "image/webp"),
        ("a.pdf", b"%PDF-1.4", "application/pdf"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        ("a.zip", package("a.txt"), "application/zip"),
        ("a.docx", package("word/document.xml"), f"{writing.kind_of.__globals__['OFFICE']}.wordprocessingml.document"),
    ],
)
def test_S9_the_type_is_told_by_the_content(superuser, nordwind, name, content, content_type):
    writing.note_write(customer=nordwind, author=superuser, text="x", files=[upload(name, content)])
    assert StoredFile.objects.get().content_type == content_type


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.html", b"<html>"),
        ("a.png", b"<html>"),
        ("a.pdf", PNG),
        ("a.docx", package("xl/workbook.xml")),
        ("a.zip", b"PK\x03\x04 cut off"),
        ("a.png", b""),
        ("plan", PNG),
    ],
)
def test_S9_what_is_not_on_the_list_or_lies_is_refused(boss, nordwind, name, content):
    assert write(boss, nordwind, files=[upload(name, content)]).status_code == 200
    assert not Note.objects.exists()


def test_S9_size_number_and_quota_are_limited(boss, superuser, nordwind, settings):
    settings.NOTE_FILE_MAX_BYTES = len(PNG) - 1
    assert "is too big" in write(boss, nordwind, files=[upload("a.png")]).text
    settings.NOTE_FILE_MAX_BYTES, settings.NOTE_QUOTA_BYTES = len(PNG), 2 * len(PNG)
    assert "10 files at most" in write(boss, nordwind, files=[upload(f"{n}.png") for n in range(11)]).text
    note_with_file(nordwind, superuser)
    assert "may take" in write(boss, nordwind, files=[upload("a.png"), upload("b.png")]).text
    assert write(boss, nordwind, files=[upload("a.png")]).status_code == 302
    assert writing.used_bytes(nordwind) == 2 * len(PNG)


def test_S9_files_lie_under_names_of_ours(superuser, nordwind, tmp_path):
    note_with_file(nordwind, superuser, name="../../evil\u202e.png")
    (stored,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert re.fullmatch(r"notes/\d{4}/\d\d/[\w-]{32}", str(stored.relative_to(tmp_path)))
    assert NoteFile.objects.get().name == "evil.png"


def test_a_file_that_cannot_be_stored_leaves_nothing_behind(superuser, nordwind, tmp_path, monkeypatch):
    def full_disk(**values):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(NoteFile.objects, "create", full_disk)
    with pytest.raises(OSError, match="No space"):
        note_with_file(nordwind, superuser)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert not Note.objects.exists()


# --- who -------------------------------------------------------------------------------------------------------------


def test_S9_a_download_is_always_a_download(boss, superuser, nordwind):
    file = note_with_file(nordwind, superuser, name='a"b\r\n.png').files.get()
    answer = boss.get(file.get_absolute_url())
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_S9_a_download_asks_for_the_right_and_for_the_customers_owner(client, anna, superuser, nordwind):
    url = note_with_file(nordwind, superuser).files.get().get_absolute_url()
    assert client.get(url).status_code == 302  # to sign in
    client.force_login(allow(anna, "customers.view_customer"))
    assert client.get(url).status_code == 403
    client.force_login(allow(anna, "customers.view_note"))
    assert client.get(url).status_code == 404
    Customer.objects.update(owner=anna)
    assert b"".join(client.get(url).streaming_content) == PNG


def test_writing_asks_for_the_right_and_for_the_customers_owner(client, anna, nordwind):
    client.force_login(allow(anna, "customers.view_customer", "customers.add_note"))
    assert write(client, nordwind).status_code == 404
    mine = CustomerFactory(owner=anna)
    assert write(client, mine).status_code == 302
    client.force_login(allow(anna, "customers.view_note"))
    assert ">Edit</a>" not in panel(client, mine)
    other = CustomerFactory(owner=anna)
    anna.user_permissions.remove(*anna.user_permissions.filter(codename="add_note"))
    client.force_login(User.objects.get(pk=anna.pk))
    assert write(client, other).status_code == 403
    assert panel(client, other).strip() == ""


def test_a_note_is_edited_and_deleted_and_leads_back(boss, nordwind):
    note = NoteFactory(customer=nordwind)
    html = panel(boss, nordwind)
    delete = reverse("admin:customers_note_delete", args=[note.pk]) + "?back=owner"
    assert delete in html
    assert reverse("admin:customers_note_change", args=[note.pk]) + "?back=owner" in html
    assert boss.post(delete, {"post": "yes"}).url == f"{page_url(nordwind)}#panel-notes"
    assert not Note.objects.exists()


def test_long_lists_turn_over_with_a_constant_number_of_queries(boss, superuser, nordwind):
    for number in range(3):
        note_with_file(nordwind, superuser, name=f"{number}.png")
    with CaptureQueriesContext(connection) as few:
        panel(boss, nordwind)
    for number in range(20):
        note_with_file(nordwind, superuser, name=f"more {number}.png")
    with CaptureQueriesContext(connection) as many:
        html = panel(boss, nordwind)
    assert len(many) == len(few)
    assert ("more 19.png" in html, "more 9.png" in html, "?notes=2#panel-notes" in html) == (True, False, True)
    assert "more 9.png" in panel(boss, nordwind, notes=2)


# --- how long --------------------------------------------------------------------------------------------------------


def test_a_deleted_note_comes_back_with_its_files(boss, superuser, nordwind):
    note = note_with_file(nordwind, superuser)
    boss.post(reverse("admin:customers_note_delete", args=[note.pk]), {"post": "yes"})
    assert tidy_contents() == {"dropped": 0}
    plan_return(Change.objects.get(table="customers_note", operation="delete")).apply()
    file = Note.objects.get().files.get()
    assert b"".join(boss.get(file.get_absolute_url()).streaming_content) == PNG
    assert tidy_contents() == {"dropped": 0}
    assert StoredFile.objects.get().unused_since is None


def test_after_its_time_only_the_names_come_back(
    boss, superuser, nordwind, settings, django_capture_on_commit_callbacks
):
    note, kept = note_with_file(nordwind, superuser), note_with_file(nordwind, superuser, name="kept.png")
    stored = Path(note.files.get().content.file.path)
    note.delete()
    tidy_contents()
    StoredFile.objects.filter(unused_since__isnull=False).update(
        unused_since=timezone.now() - dt.timedelta(days=settings.NOTE_FILES_KEPT_DAYS, minutes=1)
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert tidy_contents() == {"dropped": 1}
    assert not stored.exists()
    assert Path(kept.files.get().content.file.path).exists()
    plan_return(Change.objects.get(table="customers_note", operation="delete")).apply()
    assert "plan.png (no longer kept)" in panel(boss, nordwind)
    assert boss.get(NoteFile.objects.get(name="plan.png").get_absolute_url()).status_code == 404
