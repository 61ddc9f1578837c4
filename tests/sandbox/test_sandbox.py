"""The sandbox itself: state, books, misbehaviour to order, the process."""

import http.client
import json
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from sandbox.server import Sandbox, serving
from tests.fixtures.sandbox import Asked

CHECK = "/vies/rest-api/check-vat-number"
NUMBER = {"countryCode": "PL", "vatNumber": "5260001246"}


def raw(sandbox, path=CHECK, timeout=5):
    """Everything that comes back on one connection."""
    host, port = sandbox.server.server_address
    body = json.dumps(NUMBER)
    with socket.create_connection((host, port), timeout=timeout) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall((head + body).encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize(
    ("fault", "begins", "ends"),
    [
        ({"kind": "status", "status": 503}, b"HTTP/1.1 503", b"}"),
        ({"kind": "answer", "error": "MS_UNAVAILABLE"}, b"HTTP/1.1 200", b"}"),
        ({"kind": "drop"}, b"", b""),
        ({"kind": "lose"}, b"", b""),
        ({"kind": "empty"}, b"HTTP/1.1 200", b"\r\n\r\n"),
        ({"kind": "html"}, b"HTTP/1.1 200", b"</title>"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_X2_misbehaves_once_as_told(sandbox, fault, begins, ends):
    sandbox.fault(**fault)
    received = raw(sandbox)
    assert received.startswith(begins)
    assert received.endswith(ends)
    assert bool(received) == bool(begins)
    assert sandbox.call("POST", CHECK, NUMBER)[1]["valid"] is False  # as ever
    assert [entry["fault"] for entry in sandbox.requests()] == [fault["kind"], ""]


def test_X2_a_malformed_answer_is_whole_http_and_half_json(sandbox):
    sandbox.fault("malformed")
    with pytest.raises(json.JSONDecodeError):
        sandbox.call("POST", CHECK, NUMBER)


def test_X2_a_truncated_answer_announces_more_than_comes(sandbox):
    sandbox.fault("truncate")
    with pytest.raises(http.client.IncompleteRead):
        sandbox.call("POST", CHECK, NUMBER)


def test_X2_a_delay_and_a_drip_take_their_time(sandbox):
    sandbox.fault("delay", seconds=0.2)
    sandbox.fault("drip", seconds=0.001)
    began = time.monotonic()
    answers = [sandbox.call("POST", CHECK, NUMBER)[1]["valid"] for _ in range(2)]
    assert answers == [False, False]
    assert time.monotonic() - began > 0.4


def test_orders_hit_the_calls_they_name_as_often_as_they_say(sandbox):
    sandbox.fault("status", match="526000", path="/rest-api/check-vat", times=2)
    asked = [NUMBER, {"countryCode": "PL", "vatNumber": "1234563218"}, NUMBER, NUMBER]
    assert [sandbox.call("POST", CHECK, number)[0] for number in asked] == [500, 200, 500, 200]


def test_an_order_without_end_stands_until_it_is_taken_back(sandbox):
    sandbox.fault("status", times=None)
    before = [sandbox.call("POST", CHECK, NUMBER)[0] for _ in range(3)]
    sandbox.call("DELETE", "/-/vies/faults", {})
    assert (before, sandbox.call("POST", CHECK, NUMBER)[0]) == ([500] * 3, 200)


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"kind": "explode"},
        {"kind": "delay", "seconds": "long"},
        {"kind": "drop", "times": "x"},
        {"kind": "drop", "a": 1},
    ],
)
def test_an_order_it_does_not_understand_is_refused(sandbox, order):
    status, told = sandbox.call("POST", "/-/vies/faults", order)
    assert (status, list(told)) == (400, ["problem"])
    assert sandbox.call("GET", "/-/vies/faults") == (200, [])


def test_no_page_of_a_browser_gives_orders(sandbox):
    request = urllib.request.Request(f"{sandbox.url}/-/vies/reset", b"{}", {"Content-Type": "text/plain"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=5)
    with refusal.value as answer:
        assert answer.status == 415


def test_the_books_say_what_was_asked(sandbox):
    sandbox.call("POST", f"{CHECK}?x=1", NUMBER)
    entry = sandbox.requests()[0]
    assert (entry["number"], entry["method"], entry["path"]) == (1, "POST", "/rest-api/check-vat-number")
    assert (entry["query"], json.loads(entry["body"]), entry["status"]) == ({"x": "1"}, NUMBER, 200)


def test_a_reset_forgets_everything(sandbox):
    sandbox.company("PL5260001246", "ADA")
    sandbox.fault("drop")
    sandbox.call("POST", "/-/vies/reset", {})
    assert sandbox.call("GET", "/-/vies/state")[1] == {"companies": {}, "away": [], "consultations": 0}
    assert (sandbox.requests(), sandbox.call("GET", "/-/vies")[1]["faults"]) == ([], [])


def test_state_outlives_the_process(tmp_path):
    with serving(tmp_path) as server:
        Asked(server).company("PL5260001246", "ADA", "---")
    with serving(tmp_path) as server:
        assert Asked(server).call("POST", CHECK, NUMBER)[1]["name"] == "ADA"


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_file_that_cannot_be_read_is_a_fresh_start(tmp_path, text):
    (tmp_path / "vies.json").write_text(text)
    with Sandbox(directory=tmp_path) as sandbox:
        assert sandbox.systems["vies"].state["companies"] == {}


def test_the_first_page_says_what_is_there(sandbox):
    with urllib.request.urlopen(sandbox.url, timeout=5) as answer:
        page = answer.read().decode()
    assert "POST /vies/rest-api/check-vat-number" in page
    assert sandbox.call("GET", "/-/")[1]["systems"] == ["vies"]


def test_it_runs_by_itself_and_ends_when_asked(tmp_path):
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().rsplit(" ", 1)[1].strip()
        with urllib.request.urlopen(f"{url}/-/vies", timeout=5) as answer:
            told = json.load(answer)
        process.terminate()
        assert (told["title"], process.wait(10)) == ("VIES", 0)
