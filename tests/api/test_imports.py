"""Imports by the API: upload, follow, read the report, apply, undo."""

import json
import threading

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from foundation.jobs.models import Job
from foundation.jobs.testing import run_pending
from foundation.transfers.models import ImportProfile, ImportRun
from foundation.transfers.reading import Shape
from tests.api.conftest import caller_of
from tests.factories import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/api/v1/imports/"
GOOD = "Name,External Id\nAda,A1\nBob,B1\n"
MIXED = "Name,Group Name\nAda,\nBob,Nowhere\nCid,Nowhere\n"


def file(text=GOOD, name="customers.csv"):
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def send(caller, text=GOOD, headers=None, **fields):
    body = {"file": file(text), "what": "customers"} | fields
    return caller.post(LIST, body, format="multipart", headers=headers or {})


def done(caller, text=GOOD, **fields):
    """Send a file, do the work, return the import as it then is."""
    where = send(caller, text, **fields)["Location"]
    run_pending()
    return caller.get(where).json()


def importer(*codenames):
    user = UserFactory()
    names = codenames or ("import_customer", "access_all_customers")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def errors_at(answer):
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


# --- upload and follow ----------------------------------------------------------------------------------------------


def test_an_upload_is_accepted_and_says_where_to_follow_it(api):
    answer = send(api)
    run = ImportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (202, f"http://testserver{LIST}{run.pk}/")
    shown = answer.json()
    assert (shown["state"], shown["size"], shown["counts"], shown["what"]) == ("checking", 31, None, "customers")
    assert shown["progress"] == {"done": 0, "total": None, "message": ""}
    assert answer["ETag"] == api.get(answer["Location"])["ETag"]


def test_a_checked_file_shows_counts_and_what_can_be_done_next(api):
    CustomerFactory(name="Old Ada", code="A1")
    shown = done(api)
    counts = dict.fromkeys(("unchanged", "deleted", "left", "refused", "errors"), 0)
    counts |= {"read": 2, "new": 1, "changed": 1, "created": {}, "notes": []}
    assert (shown["state"], shown["counts"], shown["progress"], shown["error"]) == ("checked", counts, None, "")
    open_now = {name for name, link in shown["links"].items() if link}
    assert open_now == {"self", "page", "rows", "errors", "apply"}
    assert Customer.objects.count() == 1


def test_mode_import_writes_the_good_rows_in_one_go(api):
    shown = done(api, MIXED, mode="import")
    assert (shown["state"], shown["counts"]["new"], shown["counts"]["refused"]) == ("applied", 1, 2)
    assert list(Customer.objects.values_list("name", flat=True)) == ["Ada"]


def test_options_are_those_that_were_sent(api):
    shown = done(api, MIXED, create_missing="true", strategy="add", blank="clear", all_or_nothing="false")
    options = {"strategy": "add", "blank": "clear", "create_missing": True, "all_or_nothing": False}
    assert (shown["options"], shown["counts"]["created"]) == (options, {"customer groups": ["Nowhere"]})


def test_mapping_encoding_and_delimiter_are_the_callers_choice(api):
    text = "firma|nr\nŻółw|Z1\n".encode("cp1250")
    mapping = json.dumps({"Name": "firma", "External Id": "nr"})
    shown = done(api, text, mapping=mapping, encoding="cp1250", delimiter="|", mode="import")
    assert (shown["state"], Customer.objects.get().name) == ("applied", "Żółw")
    assert (shown["shape"]["encoding"], shown["shape"]["delimiter"]) == ("cp1250", "|")


def test_a_profile_gives_what_the_request_leaves_open(api, office):
    ImportProfile.objects.create(
        name="ERP",
        what="customers",
        owner=office,
        mapping=[{"column": "Name", "source": "firma"}],
        options={"create_missing": True, "strategy": "add"},
    )
    shown = done(api, "firma;x\nAda;1\n", profile="ERP", strategy="upsert")
    assert shown["options"] | {"strategy": "upsert", "create_missing": True} == shown["options"]
    assert (shown["unknown_columns"], shown["counts"]["new"]) == (["x"], 1)


def test_somebody_elses_own_profile_is_not_there(api):
    ImportProfile.objects.create(name="Mine", what="customers", owner=UserFactory(), is_shared=False)
    assert errors_at(send(api, profile="Mine")) == {"/profile": "There is no such profile."}


@pytest.mark.parametrize(
    ("fields", "pointer", "sentence"),
    [
        ({"what": "ships"}, "/what", "“ships” is not a valid choice."),
        ({"mapping": "{"}, "/mapping", "Value must be valid JSON."),
        ({"mapping": "[" * 100_000}, "/mapping", "Value must be valid JSON."),
        ({"mapping": '{"Name": "Firm"}'}, "/mapping", "The file has no column “Firm”, from which “Name” is taken."),
        (
            {"mapping": '[{"column": "Name", "constant": "\\u0000"}]'},
            "/mapping",
            "This is no mapping of columns: it holds a character that no text may hold.",
        ),
        ({"mapping": "[1]"}, "/mapping", "This is no mapping of columns: each part of it is an object"),
        ({"mapping": '[{"column": "Name", "x": 1}]'}, "/mapping", "This is no mapping of columns: nothing is called"),
        ({"mapping": '[{"column": "Name", "split": 5}]'}, "/mapping", "This is no mapping of columns: the values or"),
        ({"text": "Name\nŻółw\n".encode("cp1250"), "mode": "import"}, "/encoding", "The file is not UTF-8; it may"),
        ({"encoding": "klingon"}, "/encoding", "“klingon” is not a valid choice."),
        ({"text": "a,b\n1,2\n"}, "/file", "No column of the file is known here. Its first line must hold names such"),
        ({"text": b"%PDF-1.7 ..."}, "/file", "This is a PDF"),
        ({"text": "Name\nŻółw\n".encode() + "Żółw\n".encode("cp1250")}, "/encoding", "Some letters of the file are"),
        ({"text": ""}, "/file", "The submitted file is empty."),
    ],
)
def test_A3_what_cannot_be_read_is_a_sentence_at_its_parameter_and_leaves_nothing(api, fields, pointer, sentence):
    answer = send(api, **fields)
    assert answer.status_code == 400
    assert errors_at(answer)[pointer].replace('"', "“", 1).replace('"', "”").startswith(sentence)
    assert (ImportRun.objects.count(), Job.objects.count()) == (0, 0)


def test_json_is_no_upload(api):
    assert api.post(LIST, {"what": "customers"}).status_code == 415


# --- once -----------------------------------------------------------------------------------------------------------


def test_A1_the_same_key_and_request_is_one_import(api):
    first = send(api, headers={"Idempotency-Key": "k1"}).json()
    run_pending()
    second = send(api, headers={"Idempotency-Key": "k1"})
    assert (second.status_code, second.json()["id"], second.json()["state"]) == (202, first["id"], "checked")
    assert ImportRun.objects.count() == 1


def test_A1_the_same_key_with_another_request_is_refused(api):
    send(api, headers={"Idempotency-Key": "k1"})
    answer = send(api, mode="import", headers={"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json()["code"], ImportRun.objects.count()) == (422, "key_reused", 1)


def test_A1_keys_of_two_tokens_are_two(api, office):
    send(api, headers={"Idempotency-Key": "k1"})
    assert send(caller_of(office), MIXED, headers={"Idempotency-Key": "k1"}).status_code == 202
    assert ImportRun.objects.count() == 2


def test_A1_a_key_is_forgotten_after_a_day(api):
    send(api, headers={"Idempotency-Key": "k1"})
    run_pending()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE transfers_importrun SET created_at = created_at - interval '25 hours'")
    assert send(api, MIXED, headers={"Idempotency-Key": "k1"}).status_code == 202
    assert ImportRun.objects.count() == 2


def test_A1_nothing_is_kept_of_a_refused_request(api):
    assert send(api, "a,b\n1,2\n", headers={"Idempotency-Key": "k1"}).status_code == 400
    assert send(api, headers={"Idempotency-Key": "k1"}).status_code == 202


def test_a_key_is_at_most_255_characters(api):
    assert send(api, headers={"Idempotency-Key": "k" * 255}).status_code == 202
    assert "/Idempotency-Key" in errors_at(send(api, headers={"Idempotency-Key": "k" * 256}))


def test_the_same_file_is_one_import_while_it_is_at_work_and_two_afterwards(api):
    assert send(api).json()["id"] == send(api).json()["id"]
    run_pending()
    send(api)
    assert ImportRun.objects.count() == 2


def test_the_same_file_taken_in_another_way_is_another_import(api):
    assert send(api).json()["id"] != send(api, strategy="add").json()["id"]


def test_A1_uploads_at_once_are_one_import(office):
    callers, ready, ids = [caller_of(office) for _ in range(8)], threading.Barrier(8, timeout=20), []

    def upload(caller):
        ready.wait()
        ids.append(send(caller).json()["id"])
        connection.close()

    threads = [threading.Thread(target=upload, args=[caller]) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(ids), len(set(ids)), Job.objects.count()) == (8, 1, 1)


def test_a_third_import_at_once_waits_its_turn(api):
    assert [send(api, f"Name\nAda {n}\n").status_code for n in range(3)] == [202, 202, 409]
    assert ImportRun.objects.count() == 2


# --- the report -----------------------------------------------------------------------------------------------------


def test_errors_come_by_line_with_column_value_rule_and_message(api):
    shown = done(api, MIXED)
    page = api.get(shown["links"]["errors"], {"page_size": 1}).json()
    assert (page["count"], page["previous"]) == (2, None)
    assert page["results"] == [
        {
            "line": 3,
            "column": "Group Name",
            "value": "Nowhere",
            "rule": page["results"][0]["rule"],
            "message": page["results"][0]["message"],
        }
    ]
    assert page["results"][0]["rule"]
    assert "Nowhere" in page["results"][0]["message"]
    second = api.get(page["next"]).json()
    assert ([row["line"] for row in second["results"]], second["next"]) == ([4], None)


def test_rows_show_what_would_become_of_them(api):
    old = CustomerFactory(name="Old Ada", code="A1")
    rows = done(api)["links"]["rows"]
    changed = api.get(rows, {"kind": "changed"}).json()["results"]
    assert changed == [
        {
            "line": 2,
            "record": old.pk,
            "name": "Ada",
            "changes": [{"field": "Name", "old": "Old Ada", "new": "Ada"}],
            "errors": [],
        }
    ]
    new = api.get(rows).json()
    assert (new["count"], [(row["line"], row["name"]) for row in new["results"]]) == (1, [(3, "Bob")])


def test_refused_rows_bring_their_errors(api):
    page = api.get(done(api, MIXED)["links"]["rows"], {"kind": "refused", "page": 2, "page_size": 1}).json()
    assert (page["count"], page["next"], "page=1&" in page["previous"]) == (2, None, True)
    (row,) = page["results"]
    assert (row["line"], [error["column"] for error in row["errors"]]) == (4, ["Group Name"])


@pytest.mark.parametrize("query", [{"kind": "odd"}, {"page": "0"}, {"page_size": "201"}, {"shoe": "1"}])
def test_A2_unknown_parameters_of_pages_are_errors(api, query):
    answer = api.get(done(api)["links"]["rows"], query)
    assert (answer.status_code, list(errors_at(answer))) == (400, [f"/{next(iter(query))}"])


def test_refused_rows_download_as_csv_to_mend(api):
    answer = api.get(done(api, MIXED)["links"]["refused"])
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv")
    assert lines[0] == "Name,Group Name,Error"
    assert [line.split(",")[:2] for line in lines[1:]] == [["Bob", "Nowhere"], ["Cid", "Nowhere"]]


def test_without_refused_rows_there_is_no_file(api):
    shown = done(api)
    assert shown["links"]["refused"] is None
    assert api.get(f"{LIST}{shown['id']}/refused.csv").status_code == 404


@pytest.mark.parametrize("name", ["rows", "errors"])
def test_before_the_check_there_is_nothing_to_look_at(api, name):
    answer = api.get(f"{send(api)['Location']}{name}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


# --- apply, cancel, undo --------------------------------------------------------------------------------------------


def test_apply_writes_what_the_caller_has_seen(api, office):
    shown = done(api)
    answer = api.post(shown["links"]["apply"], {"check_token": shown["check_token"]})
    run_pending()
    after = api.get(answer["Location"]).json()
    assert (answer.status_code, answer.json()["state"], after["state"]) == (202, "applying", "applied")
    assert list(Customer.objects.order_by("name").values_list("name", "owner")) == [
        ("Ada", office.pk),
        ("Bob", office.pk),
    ]
    again = api.post(shown["links"]["apply"], {"check_token": shown["check_token"]})
    assert (again.status_code, again.json()["state"], Job.objects.count()) == (202, "applied", 2)


def test_apply_of_another_check_is_a_conflict(api):
    shown = done(api)
    answer = api.post(shown["links"]["apply"], {"check_token": "6f6b4bd8-7d4d-4f3c-8d1a-000000000000"})
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "The file was checked again meanwhile: look at the new preview first.",
    )


def test_apply_needs_a_check_token(api):
    assert list(errors_at(api.post(done(api)["links"]["apply"], {}))) == ["/check_token"]


def test_all_or_nothing_keeps_everything_out_for_one_refused_row(api):
    shown = done(api, MIXED, all_or_nothing="true")
    answer = api.post(shown["links"]["apply"], {"check_token": shown["check_token"]})
    assert (answer.status_code, Customer.objects.count()) == (409, 0)
    assert answer.json()["detail"].startswith("2 rows are refused")


def test_a_waiting_check_is_cancelled_at_once(api):
    answer = api.post(send(api).json()["links"]["cancel"])
    assert (answer.status_code, answer.json()["state"], answer.json()["progress"]) == (202, "uploaded", None)
    assert Job.objects.get().state == Job.State.CANCELLED


def test_there_is_nothing_to_cancel_in_a_checked_import(api):
    answer = api.post(f"{LIST}{done(api)['id']}/cancel/")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "This cannot be done now: the import is “Checked”.",
    )


def test_undo_is_worked_out_first_and_says_what_it_leaves(api):
    undo = done(api, mode="import")["links"]["undo"]
    Customer.objects.filter(name="Bob").update(email="bob@example.com")
    assert api.get(undo).json()["state"] == "none"
    assert api.post(undo, {"dry_run": True}).status_code == 202
    assert api.get(undo).json()["state"] == "preparing"
    assert api.post(undo, {}).status_code == 409
    run_pending()
    plan = api.get(undo).json()
    customers = next(table for table in plan["tables"] if table["what"] == "customers")
    assert (plan["state"], customers["delete"], customers["left"]) == ("ready", 1, 1)
    assert [(row["what"], row["name"]) for row in plan["results"] if row["what"] == "customers"] == [
        ("customers", "Bob")
    ]
    assert Customer.objects.count() == 2


def test_undo_without_a_look_takes_everything_back(api):
    shown = done(api, mode="import")
    answer = api.post(shown["links"]["undo"], {})
    assert (answer.status_code, answer.json()["state"]) == (202, "undoing")
    run_pending()
    assert (api.get(answer["Location"]).json()["state"], Customer.objects.count()) == ("undone", 0)
    plan = api.get(shown["links"]["undo"]).json()
    customers = next(table for table in plan["tables"] if table["what"] == "customers")
    assert (plan["state"], customers["delete"], plan["results"]) == ("done", 2, [])


def test_what_was_not_applied_cannot_be_undone(api):
    answer = api.post(f"{LIST}{done(api)['id']}/undo/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


# --- who ------------------------------------------------------------------------------------------------------------


def test_A3_imports_of_others_are_not_there(api):
    shown = done(api)
    other = caller_of(importer())
    there, nowhere = (other.get(f"{LIST}{pk}/") for pk in (shown["id"], 999_999))
    assert (there.status_code, other.get(LIST).json()["results"]) == (404, [])
    assert there.json() | {"request_id": ""} == nowhere.json() | {"request_id": ""}
    for name in ("rows/", "errors/", "refused.csv", "undo/"):
        assert other.get(f"{LIST}{shown['id']}/{name}").status_code == 404
    for name in ("apply/", "cancel/", "undo/"):
        assert other.post(f"{LIST}{shown['id']}/{name}", {}).status_code == 404


def test_without_the_right_to_import_the_api_is_closed():
    user = importer("view_customer")
    assert (caller_of(user).get(LIST).status_code, send(caller_of(user)).status_code) == (403, 403)


def test_scopes_open_reading_and_writing_apart(office):
    reader, writer = caller_of(office, ["imports:read"]), caller_of(office, ["imports:write"])
    assert (reader.get(LIST).status_code, send(reader).status_code) == (200, 403)
    assert (writer.get(LIST).status_code, send(writer).status_code) == (403, 202)


def test_the_list_is_ones_own_newest_first_by_kind_and_state(api):
    ids = [done(api, f"Name\nAda {n}\n")["id"] for n in range(3)]
    first = api.get(LIST, {"page_size": 2}).json()
    second = api.get(first["next"]).json()
    assert [run["id"] for run in first["results"] + second["results"]] == ids[::-1]
    assert api.get(LIST, {"state": "applied"}).json()["results"] == []
    assert len(api.get(LIST, {"state": "checked", "what": "customers"}).json()["results"]) == 3


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_asks_a_constant_number_of_queries(api, office, count, django_assert_max_num_queries):
    facts = {"what": "customers", "name": "a.csv", "file": "x", "size": 1, "digest": "d", "shape": Shape().as_json()}
    ImportRun.objects.bulk_create(ImportRun(owner=office, **facts) for _ in range(count))
    api.get(LIST)
    with django_assert_max_num_queries(8):
        assert len(api.get(LIST).json()["results"]) == count


def test_staff_signed_in_by_session_need_the_csrf_token(office, settings):
    client = Client(enforce_csrf_checks=True)
    client.force_login(office)
    body = {"file": file(), "what": "customers"}
    assert client.post(LIST, body).status_code == 403
    client.get(reverse("admin:index"))
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    answer = client.post(LIST, {"file": file(), "what": "customers"}, headers={"X-CSRFToken": token})
    assert (answer.status_code, ImportRun.objects.get().owner) == (202, office)


def test_the_import_is_made_on_behalf_of_the_caller_only(api, office):
    user = importer("import_customer")
    CustomerFactory(name="Secret", code="A1", owner=office)
    shown = done(caller_of(user))
    assert (shown["counts"]["new"], shown["counts"]["refused"]) == (1, 1)
    assert "Secret" not in json.dumps(caller_of(user).get(shown["links"]["errors"]).json())
