"""A person is told everything held about them, and is gone from everywhere when they ask for it."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import reverse

from customers.models import Address, Contact, Note
from customers.personal.erasing import contact_erase, person_of
from customers.personal.telling import as_json
from foundation.changes.audit import audit
from foundation.changes.erasing import Person, is_erased
from foundation.changes.history.restore import RestoreError, plan_return
from foundation.changes.models import AuditEvent, Change
from foundation.changes.personal import personal_data
from foundation.changes.recording import recording
from foundation.identity.models import User
from foundation.jobs.mail import mail_put
from foundation.jobs.models import Job, JobFile, MailboxMessage, OutboxMessage
from foundation.jobs.services import enqueue, job_file_add, run_here
from foundation.transfers.importing.runs import run_check, run_create
from foundation.transfers.models import ImportRun
from foundation.transfers.registry import transfer_by_slug
from foundation.transfers.undo import apply_undo, plan_undo_of_sets
from tests.customers.admin.conftest import allow, anna, boss, superuser
from tests.factories import (
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    DepartmentFactory,
    MembershipFactory,
    NoteFactory,
    PortalUserFactory,
)

__all__ = ["anna", "boss", "superuser"]
pytestmark = pytest.mark.django_db
MARKERS = ("Zdzimarka", "Wyrwikufel", "zw.marker@postbox.example", "+48501777333", "+48221239876", "Nadszyszkownik")
FIRST, LAST, EMAIL, MOBILE, PHONE, TITLE = MARKERS
ALL = f"{FIRST} {LAST}, {TITLE}, {EMAIL}, +48 501 777 333, {MOBILE}, (+48) 22 123-98-76, {PHONE}"
MAP = Path(__file__).parents[3] / "docs" / "personal-data.md"


@pytest.fixture
def contact():
    company = CustomerFactory(name="Nordwind")
    user = PortalUserFactory(email=EMAIL, name=f"{FIRST} {LAST}")
    one = ContactFactory(customer=company, first_name="Other", last_name=LAST, user=user)
    for changes in (
        {"first_name": FIRST, "email": EMAIL, "mobile": MOBILE, "phone": PHONE, "job_title": TITLE},
        {"phone_e164": PHONE, "mobile_e164": MOBILE},
    ):
        Contact.objects.filter(pk=one.pk).update(**changes)
    one.refresh_from_db()
    MembershipFactory(contact=one, department=DepartmentFactory(name="Sales"))
    return one


@pytest.fixture
def planted(contact, superuser):
    """The six markers wherever the hub keeps texts."""
    NoteFactory(customer=contact.customer, text=f"Ask {LAST}.")
    note = NoteFactory(customer=contact.customer, text=ALL)
    note.text = f"{ALL}!"
    note.save()
    gone = NoteFactory(customer=contact.customer, text=ALL)
    gone.delete()
    AddressFactory(customer=contact.customer, first_name=FIRST, last_name=LAST, phone=PHONE)
    mail_put(to=[EMAIL], subject=ALL, text=ALL)
    MailboxMessage.objects.create(
        reference="0" * 32, recipient=EMAIL, sender="hub@hub.example", subject="Hello", text=ALL, source=ALL.encode()
    )
    job = enqueue("jobs.tidy", owner=superuser)
    Job.objects.filter(pk=job.pk).update(
        title=ALL[:200], args={"to": ALL}, result={"told": [ALL]}, error=ALL, links=[{"label": ALL}]
    )
    job_file_add(job=job, kind=JobFile.Kind.INPUT, name="people.csv", file=ContentFile(ALL.encode("cp1250")))
    audit("mail.sent", subject=contact, detail={"to": ALL})
    file = ContentFile(f"First Name,Last Name,Email,Job Title,Phone\n{FIRST},{LAST},{EMAIL},{TITLE},{PHONE}\n".encode())
    run = run_create(transfer=transfer_by_slug("contacts"), file=file, name="people.csv", owner=None)
    run_here(run_check(run=run, ring=False))
    ImportRun.objects.filter(pk=run.pk).update(counts={**run.counts, "notes": [ALL]})
    with recording(reason=f"Wrote to {ALL}"):
        contact.customer.phone = "1"
        contact.customer.save()


def texts():
    """Every text of every table of the hub and of its staging area."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables
            WHERE table_schema IN ('public', 'staging') AND table_type = 'BASE TABLE'
        """)
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")  # noqa: S608
            yield table, cursor.fetchone()[0]


def digits(text):
    return re.sub(r"[\s().-]", "", text)


def tell(text):
    """Markers that a text tells of, phone numbers in whatever way they are written."""
    low = text.casefold()
    return {m for m in MARKERS if m.casefold() in low or (m[0] == "+" and m[1:] in digits(text))}


def told():
    found = {table: tell(text) for table, text in texts()}
    for one in (*JobFile.objects.all(), *ImportRun.objects.all()):
        with one.file.open("rb") as file:
            found[one.file.name] = tell(file.read().decode("cp1250", "replace"))
    return {place: markers for place, markers in found.items() if markers}


def erase(contact, actor=None):
    with recording(actor=actor, reason="Erasure of a person"):
        return contact_erase(contact=contact, actor=actor)


# --- erasing ----------------------------------------------------------------------------------------------------------


def test_S11_six_markers_in_every_place_are_gone(planted, contact, superuser):
    before = told()
    places = {re.sub(r"[\"\d]", "", place) for place in before}
    assert {
        *("public.customers_contact", "public.customers_note", "public.customers_address", "public.identity_user"),
        *("public.changes_change", "public.changes_auditevent", "public.changes_changeset"),
        *("public.jobs_job", "public.jobs_outboxmessage", "public.jobs_mailboxmessage", "public.transfers_importrun"),
    } <= places
    assert any(place.startswith("staging.") for place in places)
    assert sum(place.startswith(("jobs/", "imports/")) for place in places) >= 1
    assert set().union(*before.values()) == set(MARKERS)
    erased = erase(contact, superuser)
    files = sum(not place.startswith(("public.", "staging.")) for place in before)
    assert (told(), erased.kept, erased.files) == ({}, [], files)


def test_what_must_stay_stays(planted, contact):
    erase(contact)
    contact.refresh_from_db()
    assert (contact.customer.name, contact.first_name, contact.last_name, contact.email, contact.is_active) == (
        *("Nordwind", "[erased]", "[erased]", ""),
        False,
    )
    assert contact.membership.department.name == "Sales"
    address = Address.objects.get()
    assert (address.city, address.first_name) == ("Warszawa", "[erased]")
    assert Note.objects.earliest("pk").text == "Ask [erased]."


def test_others_of_the_same_name_stay(planted, contact):
    other = ContactFactory(first_name=FIRST, last_name=LAST, email="another@postbox.example")
    note = NoteFactory(customer=other.customer, text=f"Call {FIRST}.")
    erase(contact)
    other.refresh_from_db()
    note.refresh_from_db()
    assert (other.full_name, other.email, note.text) == (f"{FIRST} {LAST}", "another@postbox.example", f"Call {FIRST}.")


def test_the_sign_in_is_closed(contact):
    erase(contact)
    user = User.objects.get(pk=contact.user_id)
    assert (user.is_active, user.email, user.has_usable_password()) == (
        False,
        f"erased-{user.pk}@erased.invalid",
        True,
    ) or (not user.is_active and not user.has_usable_password())


def test_a_message_that_waits_is_never_sent(planted, contact):
    erase(contact)
    message = OutboxMessage.objects.get()
    assert (message.state, message.payload, MailboxMessage.objects.count()) == ("dismissed", None, 0)


def test_leaves_a_tombstone_without_names(planted, contact, superuser):
    erase(contact, superuser)
    event = AuditEvent.objects.filter(kind="personal_data.erased").get()
    assert (event.actor, event.subject_key) == (superuser, str(contact.pk))
    assert tell(json.dumps(event.detail)) == set()


def test_S11_undo_of_an_erased_row_is_refused(contact):
    with recording(reason="An edit"):
        Contact.objects.filter(pk=contact.pk).update(job_title="Boss")
    change = Change.objects.filter(table="customers_contact", key=contact.pk, operation="update").latest("pk")
    erase(contact)
    plan = plan_undo_of_sets([change.set_id])
    reasons = [row.reason for row in plan.left()]
    with recording(reason="Undo"):
        assert apply_undo(plan).restored == 0
    assert "Personal data of this record was erased on request." in reasons
    contact.refresh_from_db()
    assert contact.job_title == ""


def test_a_deleted_contact_that_was_erased_does_not_come_back(contact):
    erase(contact)
    contact.membership.delete()
    contact.refresh_from_db()
    contact.delete()
    deletion = Change.objects.filter(table="customers_contact", operation="delete").get()
    with pytest.raises(RestoreError, match="erased on request"):
        plan_return(deletion)


def test_is_erased_once(contact):
    erase(contact)
    assert is_erased("customers_contact", contact.pk)
    with pytest.raises(ValidationError, match="erased already"):
        erase(contact)


def test_the_ledger_stays_append_only_afterwards(contact):
    erase(contact)
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM changes_change")


def test_numbers_are_no_part_of_longer_ones():
    person = Person({"a@x.example"}, {"501 777 333"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT '4850177733312345' ~* %s, 'call 501-777-333.' ~* %s", [person.sure_pattern] * 2)
        assert cursor.fetchone() == (False, True)


@pytest.mark.parametrize("text", ["a.b+c@x.example", "O'Brien (\\d) [x]*", "Łąka-Żółć"])
def test_texts_are_no_patterns(text):
    person = Person({text}, (), {text}, {text})
    with connection.cursor() as cursor:
        cursor.execute("SELECT regexp_replace(%s, %s, '-', 'gi')", [f"say {text} now", person.whole_pattern])
        assert cursor.fetchone() == ("say - now",)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "utf-16"])
def test_a_file_is_read_to_its_end_in_whatever_encoding(contact, superuser, encoding, monkeypatch):
    monkeypatch.setattr("foundation.changes.erasing.CHUNK", 64)
    monkeypatch.setattr("foundation.changes.erasing.OVERLAP", 48)
    job = enqueue("jobs.tidy", owner=superuser)
    other = job_file_add(job=job, kind=JobFile.Kind.OUTPUT, name="other.csv", file=ContentFile(b"Nobody" * 50))
    for place in range(60, 70):
        text = "x" * place + f";{EMAIL};" + "y" * 50
        job_file_add(job=job, kind=JobFile.Kind.INPUT, name=f"{place}.csv", file=ContentFile(text.encode(encoding)))
    assert erase(contact).files == 10
    assert (other.file.size, {one.file.size for one in job.files.filter(kind="input")}) == (300, {0})


def test_a_workbook_is_read_too(contact, superuser):
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as workbook:
        workbook.writestr("xl/sharedStrings.xml", f"<t>{EMAIL}</t>")
    job = enqueue("jobs.tidy", owner=superuser)
    job_file_add(job=job, kind=JobFile.Kind.INPUT, name="a.xlsx", file=ContentFile(package.getvalue()))
    assert erase(contact).files == 1


def test_former_values_are_looked_for_too(contact):
    assert "Other Wyrwikufel" in person_of(contact).names


# --- telling ----------------------------------------------------------------------------------------------------------


def test_tells_everything(planted, contact):
    data = as_json(contact)["data"]
    assert set(data) == {"contact", "sign-in", "addresses", "notes", "department", "history", "messages"}
    assert tell(json.dumps(data, ensure_ascii=False)) == set(MARKERS)


# --- the map ----------------------------------------------------------------------------------------------------------


def documented():
    rows = re.findall(r"^\| `(\w+\.\w+)` \| ([^|]+) \|", MAP.read_text(encoding="utf-8"), re.MULTILINE)
    return {model: set(re.findall(r"`(\w+)`", fields)) for model, fields in rows}


def test_every_field_of_the_map_has_a_provider_and_the_reverse():
    provided = {one.model_label: set(one.fields) for one in personal_data() if one.fields}
    assert documented() == provided


def test_every_text_of_a_contact_is_in_the_map():
    texts = {
        f.name
        for f in Contact._meta.concrete_fields
        if f.get_internal_type() in ("CharField", "TextField", "EmailField")
    }
    assert texts == {name for one in personal_data() if one.model_label == "customers.Contact" for name in one.fields}


def test_what_is_told_and_not_erased_has_a_reason():
    assert [one.slug for one in personal_data() if set(one.fields) - set(one.erased) and not one.stays] == []


# --- pages ------------------------------------------------------------------------------------------------------------


def test_pages_tell_and_erase(boss, planted, contact):
    page = boss.get(f"/admin/customers/contact/{contact.pk}/personal-data/").text
    assert tell(page) == set(MARKERS)
    answer = boss.get(reverse("admin:customers_contact_told", args=[contact.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    erase_url = reverse("admin:customers_contact_erase", args=[contact.pk])
    assert boss.post(erase_url, {"confirmed": "yes"}).status_code == 200
    assert not Job.objects.filter(kind="customers.erase_person").exists()
    boss.post(erase_url, {"confirmed": "yes", "sure": "on"})
    job = Job.objects.get(kind="customers.erase_person")
    assert (job.args, tell(job.title)) == ({"contact": contact.pk}, set())
    run_here(job)
    job.refresh_from_db()
    assert (job.state, told()) == ("succeeded", {})


def test_S2_telling_and_erasing_are_rights_of_their_own(client, anna, contact):
    client.force_login(
        allow(anna, "customers.access_all_customers", "customers.view_contact", "customers.change_contact")
    )
    for page in ("personal-data/", "personal-data.json", "erase/"):
        assert client.get(f"/admin/customers/contact/{contact.pk}/{page}").status_code in (302, 403), page


def test_S1_of_own_customers_only(client, anna, contact):
    client.force_login(allow(anna, "customers.view_contact", "customers.tell_contact", "customers.erase_contact"))
    for page in ("personal-data/", "personal-data.json", "erase/"):
        assert client.get(f"/admin/customers/contact/{contact.pk}/{page}").status_code == 404, page


def test_the_pages_of_files_still_open(boss, contact):
    for page in ("import_button", "export_button"):
        assert boss.get(reverse(f"admin:customers_contact_{page}")).status_code == 200, page
