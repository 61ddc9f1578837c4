"""Calls to servers that mean no good, over real sockets."""

import gzip
import json
import logging
import socket
import time
import tracemalloc
import zlib

import pytest
import structlog

from foundation.outbound.addresses import AddressPolicy, parse_allowed
from foundation.outbound.errors import (
    BrokenAnswerError,
    RedirectedError,
    StatusError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
    UntrustedError,
)
from foundation.outbound.http import Http
from tests.outbound.servers import answering, certificate, dripping, http, read_request, serving

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def test_an_answer_comes_back_whole(call):
    with serving(answering(http(b'{"valid": true}', x_name="VIES"))) as server:
        answer = call(server, "/check?q=1", method="POST", content=b"asked")
    assert (answer.status, answer.headers["X-Name"], answer.json()) == (200, "VIES", {"valid": True})
    assert server.requests[0].startswith(b"POST /check?q=1 HTTP/1.1\r\n")
    assert b"User-Agent: IntegrationHub/" in server.requests[0]


def test_connections_are_used_again():
    def behave(connection, server):
        for _number in range(3):
            read_request(connection, server)
            connection.sendall(http())

    with serving(behave) as server:
        policy = AddressPolicy(allowed=(parse_allowed(f"127.0.0.1:{server.port}"),))
        with Http("Test", policy=policy) as client:
            for _number in range(3):
                client.get(f"http://127.0.0.1:{server.port}/")
    assert (client.calls, server.connections, len(server.requests)) == (3, 1, 3)


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nx-slow: ",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n",
    ],
    ids=["status", "headers", "body"],
)
def test_a_dripping_server_is_left_when_the_whole_time_is_over(call, first):
    with serving(dripping(first, drop=b"1")) as server:
        began = time.monotonic()
        with pytest.raises(TimedOutError) as refusal:
            call(server, total=0.4, read=0.3)
    assert 0.3 < time.monotonic() - began < 2
    assert (refusal.value.may_retry, refusal.value.may_have_arrived) == (True, True)


def test_a_server_that_takes_a_large_body_by_the_drop_is_left_too(call):
    def behave(connection, server):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while not server.is_over.wait(0.05):
            connection.recv(512)

    with serving(behave) as server:
        began = time.monotonic()
        with pytest.raises(TimedOutError):
            call(server, method="POST", content=b"x" * 30_000_000, total=0.4)
    assert time.monotonic() - began < 2


def test_a_server_that_says_nothing_is_left_after_the_time_between_two_pieces(call):
    with serving(lambda connection, server: server.is_over.wait(30)) as server, pytest.raises(TimedOutError):
        call(server, read=0.1, total=30)


def test_a_handshake_that_never_ends_is_left(call):
    with serving(lambda connection, server: server.is_over.wait(30)) as server, pytest.raises(UnreachableError):
        call(server, scheme="https", total=0.2)


@pytest.mark.parametrize(
    "raw",
    [
        http(b"x" * 2000),
        http(b"", content_length="2000000000"),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000,
        CHUNKED + b"7d0\r\n" + b"x" * 2000 + b"\r\n0\r\n\r\n",
        http(gzip.compress(b"x" * 2000), content_encoding="gzip"),
        http(zlib.compress(b"x" * 2000), content_encoding="deflate"),
    ],
    ids=["announced", "only announced", "until the end", "chunked", "gzip", "deflate"],
)
def test_an_answer_over_the_limit_is_not_read(call, raw):
    with serving(answering(raw)) as server, pytest.raises(TooLargeError) as refusal:
        call(server, body=1000)
    assert not refusal.value.may_retry


def test_a_body_of_exactly_the_limit_is_read(call):
    with serving(answering(http(gzip.compress(b"x" * 1000), content_encoding="gzip"))) as server:
        assert call(server, body=1000).body == b"x" * 1000


def test_a_gzip_bomb_costs_no_more_than_the_limit(call):
    bomb = gzip.compress(bytes(50_000_000))
    with serving(answering(http(bomb, content_encoding="gzip"))) as server:
        tracemalloc.start()
        with pytest.raises(TooLargeError):
            call(server, body=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len(bomb) < 60_000
    assert peak < 10_000_000


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"rubbish\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        CHUNKED + b"ff\r\nhalf",
        CHUNKED + b"zz\r\n",
        http(gzip.compress(b"x" * 2000)[:-20], content_encoding="gzip"),
        http(b"no gzip", content_encoding="gzip"),
        http(b"x", content_encoding="br"),
        http(gzip.compress(b"x") + b"more", content_encoding="gzip"),
    ],
    ids=["nothing", "no HTTP", "half", "half a chunk", "no chunk", "half a gzip", "no gzip", "brotli", "gzip and more"],
)
def test_a_broken_answer_is_no_answer(call, raw):
    with serving(answering(raw)) as server, pytest.raises(BrokenAnswerError) as refusal:
        call(server)
    assert (refusal.value.may_retry, refusal.value.may_have_arrived) == (True, True)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"valid":', b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_a_broken_answer(call, body):
    with serving(answering(http(body))) as server, pytest.raises(BrokenAnswerError):
        call(server).json()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_S8_nobody_follows_a_redirect(call, status):
    with serving(answering(http())) as inside:
        target = f"http://127.0.0.1:{inside.port}/secret"
        with (
            serving(answering(http(b"", status, location=target))) as server,
            pytest.raises(RedirectedError) as refusal,
        ):
            call(server)
        assert (inside.connections, server.connections) == (0, 1)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("status", "may_retry", "may_have_arrived"),
    [
        (400, False, False),
        (401, False, False),
        (408, True, False),
        (429, True, False),
        (500, True, True),
        (503, True, True),
    ],
)
def test_a_status_says_whether_to_try_again(call, status, may_retry, may_have_arrived):
    with serving(answering(http(b"", f"{status} No", retry_after="7"))) as server:
        answer = call(server)
        with pytest.raises(StatusError) as refusal:
            answer.checked()
    error = refusal.value
    assert (error.status, error.retry_after, error.may_retry, error.may_have_arrived) == (
        status,
        "7",
        may_retry,
        may_have_arrived,
    )


def test_nobody_there_is_worth_another_try(call):
    with serving(answering(http())) as server:
        pass
    with pytest.raises(UnreachableError) as refusal:
        call(server)
    assert (refusal.value.may_retry, refusal.value.may_have_arrived) == (True, False)
    assert str(refusal.value) == "No connection to “127.0.0.1” could be made."


def test_the_next_address_of_a_name_is_tried(call, monkeypatch):
    monkeypatch.setattr(AddressPolicy, "checked", lambda *_asked, **_options: ["127.0.0.2", "127.0.0.1"])
    with serving(answering(http())) as server:  # listens on the second alone
        assert call(server, host="shop.example").status == 200


def test_a_trusted_certificate_is_taken(call, tmp_path):
    context, text = certificate(tmp_path)
    with serving(answering(http(b"[1]")), context=context) as server:
        assert call(server, scheme="https", authorities=text).json() == [1]


def test_a_file_of_the_deployment_names_more_authorities(call, tmp_path, settings):
    context, text = certificate(tmp_path)
    file = tmp_path / "company.pem"
    file.write_text(text)
    settings.OUTBOUND_CA_FILE = str(file)
    with serving(answering(http()), context=context) as server:
        assert call(server, scheme="https").status == 200


@pytest.mark.parametrize("wrong", ["nobody signed it", "for another host", "out of date"])
def test_a_certificate_that_proves_nothing_gets_no_request(call, tmp_path, wrong):
    context, text = certificate(
        tmp_path,
        name="other.example" if wrong == "for another host" else "127.0.0.1",
        days=-1 if wrong == "out of date" else 1,
    )
    with serving(answering(http()), context=context) as server, pytest.raises(UntrustedError) as refusal:
        call(server, scheme="https", authorities="" if wrong == "nobody signed it" else text)
    assert server.requests == []
    assert (refusal.value.may_retry, refusal.value.may_have_arrived) == (False, False)


def test_the_environment_does_not_lead_calls_elsewhere(call, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login anna password geheim")
    with serving(answering(http(b'"proxy"'))) as proxy, serving(answering(http(b'"direct"'))) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        assert call(server).json() == "direct"
    assert b"authorization" not in server.requests[0].lower()


def test_S7_the_log_says_how_a_call_ended_and_nothing_of_what_it_said(call, capsys):
    with (
        serving(answering(http(b'{"name": "ANNA NOWAK"}', "404 No"))) as server,
        structlog.testing.capture_logs() as logs,
    ):
        call(server, "/person/5260001246?token=geheim", method="POST", content=b"asked for Anna")
    told = logs[0]
    assert (told["event"], told["system"], told["call"], told["method"]) == ("outbound: called", "Test", "try", "POST")
    assert (told["outcome"], told["size"], told["number"], told["host"]) == ("404", 22, 1, "127.0.0.1")
    assert not [word for word in ("5260001246", "geheim", "nna", "NOWAK") if word in json.dumps(logs)]


def test_S7_the_log_says_why_a_call_failed(call):
    with serving(answering(b"")) as server, structlog.testing.capture_logs() as logs, pytest.raises(BrokenAnswerError):
        call(server)
    assert [(told["outcome"], told["size"]) for told in logs if "size" in told] == []
    assert [told["outcome"] for told in logs] == ["broken_answer"]


def test_S7_libraries_below_do_not_log_addresses():
    assert {logging.getLogger(name).getEffectiveLevel() for name in ("httpx", "httpcore")} == {logging.WARNING}


def test_S8_an_error_holds_nothing_of_the_socket(call):
    with serving(answering(http())) as server:
        pass
    with pytest.raises(UnreachableError) as refusal:
        call(server)
    assert (refusal.value.__cause__, refusal.value.__suppress_context__) == (None, True)
