"""What an answer of VIES means; “unavailable” is never “not registered”."""

import pytest

from customers.models import VatCheck
from customers.vies import client
from customers.vies.client import Told, ask
from customers.vies.client import vies as way
from foundation.outbound.http import Limits
from sandbox.exchange import Response
from tests.customers.vies.conftest import PL

Answer = VatCheck.Answer
CHECK = "/rest-api/check-vat-number"


def asked(number=PL):
    with way() as http:
        return ask(http, number)


def in_short(told):
    return told.answer, told.trouble, told.may_retry


def test_a_registered_number_comes_with_name_and_address(vies):
    vies.company(PL, "ADA  SP. Z O.O. ", "UL. DŁUGA 1 \n\n00-001 WARSZAWA")
    told = asked()
    assert (told.answer, told.name, told.address) == (
        Answer.REGISTERED,
        "ADA SP. Z O.O.",
        "UL. DŁUGA 1\n00-001 WARSZAWA",
    )
    assert (told.trouble, told.reference, told.stated_at.tzinfo is not None) == ("", "", True)


def test_dashes_are_not_told(vies):
    vies.company(PL)
    assert (asked().answer, asked().name, asked().address) == (Answer.REGISTERED, "", "")


def test_a_number_nobody_has_is_not_registered(vies):
    assert in_short(asked()) == (Answer.NOT_REGISTERED, "", False)


def test_who_says_who_asks_gets_a_consultation_number(vies, settings):
    settings.VAT_REQUESTER = "PL1234563218"
    vies.company(PL, "ADA")
    assert asked().reference == "WAPIAAAA00000001"


@pytest.mark.parametrize(
    ("code", "may_retry"),
    [
        ("MS_UNAVAILABLE", True),
        ("SERVICE_UNAVAILABLE", True),
        ("TIMEOUT", True),
        ("GLOBAL_MAX_CONCURRENT_REQ", True),
        ("GLOBAL_MAX_CONCURRENT_REQ_TIME", True),
        ("MS_MAX_CONCURRENT_REQ", True),
        ("MS_MAX_CONCURRENT_REQ_TIME", True),
        ("SOMETHING_NEW", True),
        ("VAT_BLOCKED", False),
        ("IP_BLOCKED", False),
        ("INVALID_REQUESTER_INFO", False),
    ],
)
def test_E12_an_error_is_no_answer(vies, code, may_retry):
    vies.company(PL, "ADA")
    vies.fault("answer", error=code)
    assert in_short(asked()) == (Answer.UNAVAILABLE, code, may_retry)


def test_E12_invalid_input_is_never_asked_again(vies):
    vies.fault("answer", error="INVALID_INPUT")
    assert in_short(asked()) == (Answer.REFUSED, "INVALID_INPUT", False)


@pytest.mark.parametrize(
    ("fault", "trouble", "may_retry"),
    [
        ({"kind": "status", "status": 500}, "HTTP 500", True),
        ({"kind": "status", "status": 429}, "HTTP 429", True),
        ({"kind": "status", "status": 403}, "HTTP 403", False),
        ({"kind": "drop"}, "broken_answer", True),
        ({"kind": "lose"}, "broken_answer", True),
        ({"kind": "empty"}, "broken_answer", True),
        ({"kind": "html"}, "broken_answer", True),
        ({"kind": "malformed"}, "broken_answer", True),
        ({"kind": "truncate"}, "broken_answer", True),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_X2_whatever_breaks_is_no_answer(vies, fault, trouble, may_retry):
    vies.company(PL, "ADA")
    vies.fault(**fault)
    assert in_short(asked()) == (Answer.UNAVAILABLE, trouble, may_retry)


def test_X2_a_dripping_answer_ends_in_time(vies, monkeypatch):
    monkeypatch.setattr(client, "LIMITS", Limits(total=0.3, read=0.2))
    vies.fault("drip", seconds=0.05)
    assert in_short(asked()) == (Answer.UNAVAILABLE, "timed_out", True)


def test_S8_an_address_the_hub_may_not_call_is_told(vies, settings):
    settings.OUTBOUND_NETWORKS = []
    assert in_short(asked()) == (Answer.UNAVAILABLE, "address_refused", False)
    assert vies.requests() == []


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"valid": "true", "countryCode": "PL", "vatNumber": "5260001246"}',
        b'{"valid": true}',
        b'{"valid": false, "countryCode": "PL", "vatNumber": "1234563218"}',
        b'{"actionSucceed": false}',
        b'{"actionSucceed": false, "errorWrappers": [{"error": 7}]}',
    ],
)
def test_E4_an_answer_to_something_else_is_none(vies, monkeypatch, body):
    monkeypatch.setattr(vies.server.systems["vies"], "answer", lambda request: Response(200, body))
    assert (asked().answer, asked().may_retry) == (Answer.UNAVAILABLE, True)


def test_characters_a_database_cannot_hold_are_left_out(vies, monkeypatch):
    body = b'{"valid": true, "countryCode": "PL", "vatNumber": "5260001246", "name": "A\\u0000D\\ud800A", "address": 7}'
    monkeypatch.setattr(vies.server.systems["vies"], "answer", lambda request: Response(200, body))
    assert asked() == Told(Answer.REGISTERED, name="ADA")
