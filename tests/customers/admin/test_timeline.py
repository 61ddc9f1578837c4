"""Activity on the page of a customer: what is told, to whom, in which order, with how many questions."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Address, Customer, Note
from foundation.changes.models import ChangeSet, Source
from foundation.changes.recording import recording
from foundation.ui import timeline
from tests.customers.admin.conftest import allow, page_url
from tests.factories import AddressFactory, ContactFactory, CustomerFactory, NoteFactory

pytestmark = pytest.mark.django_db
PAGE = "customers.customer"
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def panel(client, customer, **query):
    answer = client.get(page_url(customer), query, headers={"HX-Target": "panel-timeline"})
    assert "could not be shown" not in answer.text
    return answer


def lines(answer):
    """The words of each entry, without markup, and without how long ago it is."""
    html = re.sub(r"<time.*?</time>", "", answer.text[answer.text.index('id="panel-timeline"') :], flags=re.S)
    found = re.findall(r"<li>\s*<div class=\"hub-row\">(.*?)</div>(.*?)(?=<li>\s*<div|</ol>)", html, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", "".join(one)).split()) for one in found]


def queries(client, customer, **query):
    panel(client, customer, **query)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        panel(client, customer, **query)
    return len(asked)


@pytest.fixture
def dummy():
    """A made-up app that has a hundred calls at one moment, and three thousand afterwards."""
    calls = [timeline.Entry(NOON, key, "Operator", f"Call {key}.") for key in range(30)]

    def entries(request, record, wanted):
        dummy_wanted.append(wanted)
        rows = [one for one in calls if wanted.at is None or (one.at, one.key) < (wanted.at, wanted.key)]
        return sorted(rows, key=lambda one: one.key, reverse=True)[: wanted.limit]

    dummy_wanted: list = []
    for kind in ("calls", "visits"):
        source = timeline.Source(kind, kind.title(), entries, lambda request: request.user.is_superuser)
        timeline.register_source(PAGE, source)
    yield dummy_wanted
    for kind in ("calls", "visits"):
        timeline.unregister_source(PAGE, kind)


def test_a_change_says_who_did_what_old_and_new(boss, superuser, nordwind):
    with recording(source=Source.FORM, actor=superuser):
        Customer.objects.filter(pk=nordwind.pk).update(name="Südwind GmbH")
    first = lines(panel(boss, nordwind))[0]
    assert "Changed by hand Ruth Root" in first
    assert "Customer: Name was Nordwind Handels GmbH → is now Südwind GmbH" in first


def test_what_belongs_to_the_customer_is_told_once_for_a_save(boss, nordwind):
    with recording(source=Source.API, via="token shop"):
        for number in range(5):
            AddressFactory(customer=nordwind, street=f"Way {number}")
    first = lines(panel(boss, nordwind))[0]
    assert "Changed through API" in first
    assert first.count(": added") == 3
    assert re.search(r"and \d more change", first)


def test_an_import_is_a_kind_of_its_own(boss, nordwind):
    with recording(source=Source.IMPORT, reason="Import of people.csv"):
        ContactFactory(customer=nordwind)
    (only,) = lines(panel(boss, nordwind, **{"timeline-kind": "imports"}))
    assert only.startswith("Imports Import of people.csv")
    assert "people.csv" not in " ".join(lines(panel(boss, nordwind, **{"timeline-kind": "changes"})))


def test_a_new_note_is_told_once_and_its_end_as_a_change(boss, nordwind, superuser):
    with recording(source=Source.FORM, actor=superuser):
        note = NoteFactory(customer=nordwind, text="Pays late", author=superuser)
    assert [one for one in lines(panel(boss, nordwind)) if "Pays late" in one][0].startswith("Notes Note Ruth Root")
    assert sum("Pays late" in one for one in lines(panel(boss, nordwind))) == 1
    with recording(source=Source.FORM, actor=superuser):
        Note.objects.get(pk=note.pk).delete()
    assert "Note “Pays late”: deleted" in lines(panel(boss, nordwind))[0]


def test_days_bound_it_on_both_sides(boss, nordwind):
    for day in (1, 2, 3):
        note = NoteFactory(customer=nordwind, text=f"Day {day}")
        Note.objects.filter(pk=note.pk).update(created_at=dt.datetime(2026, 1, day, 22, tzinfo=dt.UTC))
    asked = {"timeline-kind": "notes", "timeline-from": "2026-01-02", "timeline-to": "2026-01-02"}
    (only,) = lines(panel(boss, nordwind, **asked))
    assert "Day 2" in only


@pytest.mark.parametrize("name", ["timeline-from", "timeline-to", "timeline-before", "timeline-kind"])
@pytest.mark.parametrize(
    "value", ["", "2026-02-30", "x~y~z", "0001-01-01", "9999-12-31", "2026-01-01T00:00~n~1", "\x00"]
)
def test_nonsense_in_the_address_is_no_error(boss, nordwind, name, value):
    assert panel(boss, nordwind, **{name: value}).status_code == 200


def test_pages_follow_each_other_without_gap_or_repetition(boss, nordwind, dummy):
    seen, asked = [], {"timeline-kind": ["calls", "visits"]}
    while True:
        answer = panel(boss, nordwind, **asked)
        seen += [one.split(" Operator")[0] for one in lines(answer)]
        older = re.search(r'rel="next" href="\?[^"]*timeline-before=([^"#&]+)', answer.text)
        if not older:
            break
        asked["timeline-before"] = older[1].replace("%3A", ":").replace("%2B", "+").replace("%7E", "~")
    assert seen == [f"{kind} Call {key}." for kind in ("Calls", "Visits") for key in range(29, -1, -1)]
    assert {wanted.limit for wanted in dummy} == {timeline.ENTRIES + 1}


def test_a_page_opens_without_it_and_says_where_it_is(boss, nordwind, dummy):
    page = boss.get(page_url(nordwind))
    assert (dummy, lines(page)) == ([], [])
    assert 'href="?timeline=shown#panel-timeline"' in page.text
    assert lines(boss.get(page_url(nordwind), {"timeline": "shown"})) == lines(panel(boss, nordwind))


def test_a_page_without_javascript_shows_the_same(boss, nordwind, dummy):
    page = boss.get(page_url(nordwind), {"timeline-kind": "calls"})
    assert lines(page) == lines(panel(boss, nordwind, **{"timeline-kind": "calls"}))
    assert "#panel-timeline" in page.text


def test_nothing_of_a_kind_is_said_and_can_be_taken_back(boss, nordwind):
    html = panel(boss, nordwind, **{"timeline-kind": "notes"}).text
    assert "Nothing of this kind happened then." in html
    assert 'value="notes" checked' in html


def test_nothing_at_all_is_said_and_where_there_is_no_source_no_panel(boss, nordwind, monkeypatch):
    silent = timeline.Source("silent", "Silent", lambda *_: [], lambda _: True)
    monkeypatch.setitem(timeline._sources, PAGE, [silent])
    assert "Nothing has happened yet." in panel(boss, nordwind).text
    monkeypatch.setitem(timeline._sources, PAGE, [])
    assert panel(boss, nordwind).text.strip() == ""


def test_each_source_asks_for_its_own_right(client, anna, boss, nordwind, dummy):
    NoteFactory(customer=nordwind, text="Secret remark")
    AddressFactory(customer=nordwind, street="Hidden way")
    assert "Secret remark" in panel(boss, nordwind).text
    client.force_login(allow(anna, "customers.view_customer", "customers.access_all_customers"))
    html = panel(client, nordwind).text
    assert ("Secret remark" in html, "Hidden way" in html, "Call 29" in html) == (False, False, False)
    assert 'value="notes"' not in html


def test_another_owners_customer_is_not_there(client, anna):
    theirs = CustomerFactory(name="Theirs")
    client.force_login(allow(anna, "customers.view_customer"))
    assert panel(client, theirs).status_code == 404


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(boss, nordwind, superuser):
    def happen(times):
        for number in range(times):
            with recording(source=Source.FORM, actor=superuser):
                address = AddressFactory(customer=nordwind)
                ContactFactory(customer=nordwind)
                NoteFactory(customer=nordwind, author=superuser)
            with recording(source=Source.IMPORT, reason=f"File {number}", job_id=number + 1):
                Address.objects.filter(pk=address.pk).update(street=f"Way {number}")

    happen(12)  # the customer's own beginning is on another page
    few = queries(boss, nordwind)
    happen(13)
    assert queries(boss, nordwind) == few
    assert ChangeSet.objects.count() > 2 * timeline.ENTRIES


def test_two_sources_of_one_kind_are_a_mistake(dummy):
    with pytest.raises(timeline.AlreadyRegisteredError):
        timeline.register_source(PAGE, timeline.Source("calls", "Calls", lambda *_: [], lambda _: True))
