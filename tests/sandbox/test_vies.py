"""The simulated VIES answers as the real one does."""

import re

import pytest

CHECK, TEST, STATUS = (
    f"/vies/rest-api/{name}" for name in ("check-vat-number", "check-vat-test-service", "check-status")
)
NUMBER = {"countryCode": "PL", "vatNumber": "5260001246"}


def failed(code):
    return 200, {"actionSucceed": False, "errorWrappers": [{"error": code}]}


def test_a_registered_company_is_told_with_name_and_address(sandbox):
    sandbox.company("PL5260001246", "ADA SP. Z O.O.", "UL. DŁUGA 1\n00-001 WARSZAWA")
    status, told = sandbox.call("POST", CHECK, NUMBER)
    assert (status, told["valid"], told["name"]) == (200, True, "ADA SP. Z O.O.")
    assert (told["address"], told["requestIdentifier"]) == ("UL. DŁUGA 1\n00-001 WARSZAWA", "")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["requestDate"])


def test_a_number_nobody_has_is_not_valid_and_no_error(sandbox):
    status, told = sandbox.call("POST", CHECK, NUMBER)
    assert (status, told["valid"], told["name"], told["address"]) == (200, False, "---", "---")


def test_a_country_that_tells_no_names_tells_dashes(sandbox):
    sandbox.company("DE129273398")
    told = sandbox.call("POST", CHECK, {"countryCode": "DE", "vatNumber": "129273398"})[1]
    assert (told["valid"], told["name"], told["address"]) == (True, "---", "---")


def test_who_says_who_asks_gets_a_number_that_proves_it(sandbox):
    asked = NUMBER | {"requesterMemberStateCode": "PL", "requesterNumber": "1234563218"}
    assert [sandbox.call("POST", CHECK, asked)[1]["requestIdentifier"] for _ in range(2)] == [
        "WAPIAAAA00000001",
        "WAPIAAAA00000002",
    ]


@pytest.mark.parametrize(
    "asked",
    [{}, {"countryCode": "GB", "vatNumber": "123456789"}, {"countryCode": "PL"}, NUMBER | {"vatNumber": "52 6"}, []],
)
def test_what_is_no_number_is_invalid_input(sandbox, asked):
    assert sandbox.call("POST", CHECK, asked) == failed("INVALID_INPUT")


def test_a_country_can_be_away(sandbox):
    sandbox.company("PL5260001246", "ADA")
    sandbox.call("PUT", "/-/vies/away/PL", {})
    assert sandbox.call("POST", CHECK, NUMBER) == failed("MS_UNAVAILABLE")
    away = {one["countryCode"]: one["availability"] for one in sandbox.call("GET", STATUS)[1]["countries"]}
    assert (away["PL"], away["DE"], len(away)) == ("Unavailable", "Available", 28)
    sandbox.call("DELETE", "/-/vies/away/PL", {})
    assert sandbox.call("POST", CHECK, NUMBER)[1]["valid"] is True


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("201", "INVALID_INPUT"),
        ("202", "INVALID_REQUESTER_INFO"),
        ("300", "SERVICE_UNAVAILABLE"),
        ("301", "MS_UNAVAILABLE"),
        ("302", "TIMEOUT"),
        ("400", "VAT_BLOCKED"),
        ("401", "IP_BLOCKED"),
        ("500", "GLOBAL_MAX_CONCURRENT_REQ"),
        ("501", "GLOBAL_MAX_CONCURRENT_REQ_TIME"),
        ("600", "MS_MAX_CONCURRENT_REQ"),
        ("601", "MS_MAX_CONCURRENT_REQ_TIME"),
    ],
)
def test_the_test_service_answers_by_its_numbers(sandbox, number, code):
    assert sandbox.call("POST", TEST, {"countryCode": "PL", "vatNumber": number}) == failed(code)


def test_the_test_service_knows_one_valid_and_one_invalid_number(sandbox):
    valid = [sandbox.call("POST", TEST, NUMBER | {"vatNumber": number})[1]["valid"] for number in ("100", "200")]
    assert valid == [True, False]


def test_other_addresses_are_not_there(sandbox):
    assert [sandbox.call("GET", path)[0] for path in (CHECK, "/vies/", "/nobody/")] == [404, 404, 404]
