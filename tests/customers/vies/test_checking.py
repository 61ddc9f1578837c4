"""From the question to the answer: rows, jobs, retries, standing."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from customers.models import VatCheck
from customers.services import customer_create, customer_update
from customers.tasks import vat_tidy
from customers.vies import answering
from customers.vies.asking import can_be_asked, last_check_of, standing_of, vat_check_ask
from customers.vies.client import Told
from foundation.jobs.models import Job
from foundation.jobs.tasks import run_job
from foundation.jobs.testing import run_pending
from tests.customers.vies.conftest import DE, OTHER_PL, PL, again, answers
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def ask_and_run(*numbers):
    for number in numbers or (PL,):
        vat_check_ask(vat_id=number, by=None)
    return run_pending()


def test_nothing_leaves_before_the_job_runs(vies):
    check = vat_check_ask(vat_id=PL, by=None)
    assert (check.answer, vies.requests()) == ("waiting", [])
    assert [job.title for job in run_pending()] == ["Ask VIES about VAT ids: PL"]
    assert len(vies.requests()) == 1


def test_an_answer_is_kept_with_all_it_told(vies, superuser, settings):
    settings.VAT_REQUESTER = OTHER_PL
    vies.company(PL, "ADA", "DŁUGA 1")
    vat_check_ask(vat_id=PL, by=superuser)
    run_pending()
    check = VatCheck.objects.get()
    assert (check.vat_id, check.country, check.asked_by, check.tries) == (PL, "PL", superuser, 1)
    assert (check.answer, check.is_current, check.name, check.address) == ("registered", True, "ADA", "DŁUGA 1")
    assert (check.trouble, check.reference) == ("", "WAPIAAAA00000001")
    assert abs(check.stated_at - check.answered_at) < timedelta(minutes=1)


def test_the_numbers_of_a_country_are_asked_one_after_the_other_by_one_job(vies, numbers_asked):
    jobs = ask_and_run(PL, DE, OTHER_PL, PL)
    assert [(job.args["country"], job.result) for job in jobs] == [
        ("PL", {"not_registered": 2}),
        ("DE", {"not_registered": 1}),
    ]
    assert numbers_asked() == [PL, OTHER_PL, DE]


def test_who_asks_twice_gets_the_question_that_waits(vies):
    first, second = (vat_check_ask(vat_id=PL, by=None) for _ in range(2))
    assert first.pk == second.pk
    run_pending()
    assert len(vies.requests()) == 1


def test_an_answer_of_a_moment_ago_is_given_again(vies):
    ask_and_run()
    assert (vat_check_ask(vat_id=PL, by=None).answer, len(run_pending())) == ("not_registered", 0)


def later(check):
    """Make an answer older than a moment."""
    VatCheck.objects.filter(pk=check.pk).update(answered_at=timezone.now() - timedelta(hours=1))


def test_a_newer_answer_takes_the_place_of_the_former(vies):
    vies.company(PL, "ADA")
    ask_and_run()
    later(standing_of(PL))
    vies.call("DELETE", f"/-/vies/companies/{PL}", {})
    ask_and_run()
    assert (answers(), standing_of(PL).answer) == (["registered", "not_registered"], "not_registered")


@pytest.mark.parametrize("is_registered", [True, False])
def test_unavailable_neither_grants_nor_revokes(vies, is_registered):
    if is_registered:
        vies.company(PL, "ADA")
    ask_and_run()
    before = standing_of(PL)
    later(before)
    vies.fault("answer", error="IP_BLOCKED", times=None)
    ask_and_run()
    assert answers()[1:] == ["unavailable"]
    assert (standing_of(PL), last_check_of(PL).trouble) == (before, "IP_BLOCKED")


def test_unavailable_is_no_standing_where_there_was_none(vies):
    vies.fault("answer", error="IP_BLOCKED")
    ask_and_run()
    assert (answers(), standing_of(PL)) == (["unavailable"], None)


def test_invalid_input_is_asked_once(vies):
    vies.fault("answer", error="INVALID_INPUT", times=None)
    ask_and_run()
    again()
    assert (answers(), standing_of(PL), len(vies.requests())) == (["refused"], None, 1)


def test_E13_a_country_that_does_not_answer_is_left_alone_with_all_its_questions(vies, numbers_asked):
    vies.call("PUT", "/-/vies/away/PL", {})
    ask_and_run(PL, OTHER_PL, DE)
    assert numbers_asked() == [PL, DE]
    waits = VatCheck.objects.filter(answer="waiting").values_list("due_at", flat=True)
    assert {timedelta(seconds=40) < due - timezone.now() < timedelta(seconds=80) for due in waits} == {True}
    job = Job.objects.get(state=Job.State.QUEUED)
    assert (job.args, job.due_at) == ({"country": "PL"}, min(waits))


def test_E13_who_asks_meanwhile_waits_with_the_others(vies, numbers_asked):
    vies.call("PUT", "/-/vies/away/PL", {})
    ask_and_run(PL)
    due_at = VatCheck.objects.get().due_at
    assert abs(vat_check_ask(vat_id=OTHER_PL, by=None).due_at - due_at) < timedelta(seconds=1)
    run_pending()
    assert numbers_asked() == [PL]


def test_a_country_that_is_back_answers_all(vies):
    vies.company(PL, "ADA")
    vies.fault("answer", error="MS_MAX_CONCURRENT_REQ")
    ask_and_run(PL, OTHER_PL)
    again()
    assert (answers(PL), answers(OTHER_PL)) == (["registered"], ["not_registered"])
    assert VatCheck.objects.get(vat_id=PL).tries == 2
    assert not Job.objects.filter(state=Job.State.QUEUED).exists()


def test_after_seven_tries_it_ends_without_an_answer(vies):
    vies.fault("answer", error="TIMEOUT", times=None)
    ask_and_run()
    for _ in range(8):
        again()
    check = VatCheck.objects.get()
    assert (check.answer, check.trouble, check.tries, len(vies.requests())) == ("unavailable", "TIMEOUT", 7, 7)


def test_E13_nobody_is_asked_earlier_than_they_want(vies):
    check = vat_check_ask(vat_id=PL, by=None)
    answering.settle(check, Told(VatCheck.Answer.UNAVAILABLE, "HTTP 429", may_retry=True, retry_after="1800"))
    check.refresh_from_db()
    assert check.due_at - timezone.now() > timedelta(minutes=29)


def test_a_late_second_run_changes_nothing(vies):
    ask_and_run()
    check = VatCheck.objects.get()
    assert answering.settle(check, Told(VatCheck.Answer.REGISTERED, name="EVE")) == "not_registered"
    assert VatCheck.objects.get().name == ""


def test_a_run_without_end_hands_on_to_the_next(vies, monkeypatch):
    monkeypatch.setattr(answering, "SLICE_SECONDS", -1)
    vat_check_ask(vat_id=PL, by=None)
    job = Job.objects.get()
    run_job(job.pk)
    assert (Job.objects.get(state=Job.State.QUEUED).args, vies.requests()) == ({"country": "PL"}, [])


@pytest.mark.parametrize(
    ("number", "can"),
    [
        (PL, True),
        ("EL094259216", True),
        ("XI980780684", True),
        ("GB980780684", False),
        ("CHE107787577", False),
        ("PL5260001247", False),
        ("", False),
    ],
)
def test_vies_is_asked_about_right_numbers_of_its_countries(number, can):
    assert can_be_asked(number) is can


def test_a_number_of_another_country_is_refused_in_words(vies):
    with pytest.raises(ValidationError, match="VIES knows numbers of the European Union"):
        vat_check_ask(vat_id="GB980780684", by=None)


def test_switched_off_nobody_is_asked(settings):
    settings.VAT_CHECK = False
    with pytest.raises(ValidationError, match="switched off here"):
        vat_check_ask(vat_id=PL, by=None)
    customer_create(name="Ada", vat_id=PL)
    assert (VatCheck.objects.count(), Job.objects.count()) == (0, 0)


def test_what_waits_when_it_is_switched_off_stays(vies, settings):
    vat_check_ask(vat_id=PL, by=None)
    settings.VAT_CHECK = False
    run_pending()
    assert (answers(), vies.requests()) == (["waiting"], [])


def test_a_new_or_changed_number_is_asked_about(vies, numbers_asked):
    ada = customer_create(name="Ada", vat_id="PL 526-000-12-46")
    customer_update(customer=ada, name="Ada SA")
    run_pending()
    customer_update(customer=ada, vat_id=OTHER_PL)
    run_pending()
    customer_update(customer=ada, vat_id="")
    customer_update(customer=ada, vat_id=PL)  # known since a moment
    run_pending()
    assert numbers_asked() == [PL, OTHER_PL]


def test_a_parent_and_its_branches_share_an_answer(vies):
    for name in ("Ada", "Ada – Gdańsk"):
        customer_create(name=name, vat_id=PL)
    run_pending()
    assert len(vies.requests()) == 1


def test_E11_what_a_lost_job_left_is_planned_again(vies):
    vat_check_ask(vat_id=PL, by=None)
    Job.objects.all().delete()
    assert vat_tidy(None) == {"countries planned": 1, "stray answers removed": 0}
    run_pending()
    assert answers() == ["not_registered"]


def test_answers_about_numbers_nobody_has_are_forgotten(vies):
    CustomerFactory(vat_id=PL, vat_state="valid")
    ask_and_run(PL, OTHER_PL)
    VatCheck.objects.update(asked_at=timezone.now() - timedelta(days=91))
    assert vat_tidy(None)["stray answers removed"] == 1
    assert list(VatCheck.objects.values_list("vat_id", flat=True)) == [PL]


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"vat_id": "PL 1"}, "vatcheck_vat_id_shape"),
        ({"answer": "perhaps", "answered_at": timezone.now()}, "vatcheck_answer_known"),
        ({"is_current": True}, "vatcheck_current_is_decisive"),
        ({"answered_at": timezone.now()}, "vatcheck_answered_or_waiting"),
        ({"answer": "registered"}, "vatcheck_answered_or_waiting"),
        ({"name": "ADA"}, "vatcheck_only_registered_told"),
    ],
)
def test_the_database_holds_the_rules(values, rule):
    with pytest.raises(IntegrityError, match=rule):
        VatCheck.objects.bulk_create([VatCheck(**{"vat_id": PL, **values})])


@pytest.mark.parametrize(("answer", "flag"), [("waiting", False), ("registered", True)])
def test_one_waits_and_one_holds(answer, flag):
    answered_at = timezone.now() if flag else None
    rows = [VatCheck(vat_id=PL, answer=answer, is_current=flag, answered_at=answered_at) for _ in range(2)]
    with pytest.raises(IntegrityError, match="vatcheck_one"):
        VatCheck.objects.bulk_create(rows)


@pytest.mark.django_db(transaction=True)
def test_X6_many_who_ask_at_once_ask_once(vies):
    ready, kept = threading.Barrier(6), []

    def ask():
        ready.wait()
        kept.append(vat_check_ask(vat_id=PL, by=None).pk)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(kept), len(set(kept)), Job.objects.count()) == (6, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_nothing_remote_happens_inside_a_transaction(vies, monkeypatch):
    seen, real = [], answering.ask

    def watched(http, number):
        seen.append(transaction.get_connection().in_atomic_block)
        return real(http, number)

    monkeypatch.setattr(answering, "ask", watched)
    ask_and_run()
    assert seen == [False]
