"""Where the hub connects to, and where never (S8)."""

import ipaddress
import socket
import threading

import pytest

from foundation.outbound.addresses import AddressPolicy, parse_allowed
from foundation.outbound.checks import check_authorities, check_outbound_networks
from foundation.outbound.errors import AddressRefusedError, UnreachableError
from foundation.outbound.http import Http
from tests.outbound.servers import answering, http, serving

HOSTILE = [
    "127.0.0.1",
    "localhost",
    "2130706433",  # 127.0.0.1 in one number
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # where clouds keep their secrets
    "100.64.0.1",
    "198.18.0.1",
    "192.0.0.8",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "240.0.0.1",
    "[::]",
    "[::1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]",
    "[2001::1]",
    "[2001:db8::1]",
    "[fc00::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
]


@pytest.fixture
def names(monkeypatch):
    """What names mean, by question: `names["shop.example"] = [["8.8.8.8"], ["127.0.0.1"]]`."""
    known, real = {}, socket.getaddrinfo

    def ask(host, port, *arguments, **options):
        if host not in known:
            return real(host, port, *arguments, **options)
        found = known[host].pop(0)
        return [entry for address in found for entry in real(address, port, *arguments, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    return known


@pytest.mark.parametrize("host", HOSTILE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_S8_hostile_addresses_are_refused(host, scheme):
    with Http("Test") as client, pytest.raises(AddressRefusedError):
        client.get(f"{scheme}://{host}/latest/meta-data")


def test_S8_nothing_is_sent_to_a_refused_address():
    with (
        serving(answering(http())) as server,
        Http("Test", policy=AddressPolicy(ports=frozenset({server.port}))) as client,
    ):
        for host in ("127.0.0.1", "localhost", "2130706433", "127.1"):
            with pytest.raises(AddressRefusedError):
                client.get(f"http://{host}:{server.port}/")
        assert server.connections == 0


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111"])
def test_S8_public_addresses_pass_on_the_ports_of_the_list(address):
    policy, parsed = AddressPolicy(), ipaddress.ip_address(address)
    assert [port for port in (22, 25, 80, 443, 5432, 8080, 8443) if policy.permits(parsed, port)] == [
        80,
        443,
        8080,
        8443,
    ]


def test_S8_every_address_of_a_name_must_pass(names):
    names["shop.example"] = [["8.8.8.8", "10.0.0.1"]]
    with pytest.raises(AddressRefusedError):
        AddressPolicy().checked("shop.example", 443, seconds=5)


def test_S8_a_name_is_resolved_once_and_the_checked_address_is_connected_to(names, call):
    with serving(answering(http())) as server:
        names["shop.example"] = [["127.0.0.1"]]  # a second question would find nothing left to answer
        assert call(server, host="shop.example").status == 200
        assert b"Host: shop.example" in server.requests[0]


def test_S8_networks_are_opened_by_the_deployment_port_by_port():
    policy = AddressPolicy(allowed=tuple(map(parse_allowed, ("10.1.0.0/16", "127.0.0.1:8091", "[fd00::/8]:9000"))))
    asked = [
        ("10.1.2.3", 443),
        ("10.1.2.3", 22),
        ("10.2.0.1", 443),
        ("127.0.0.1", 8091),
        ("127.0.0.1", 443),
        ("fd00::1", 9000),
    ]
    permitted = [policy.permits(ipaddress.ip_address(address), port) for address, port in asked]
    assert permitted == [True, False, False, True, False, True]


@pytest.mark.parametrize("address", ["224.0.0.1", "0.0.0.0", "ff02::1"])  # noqa: S104
def test_S8_some_addresses_are_opened_by_nobody(address):
    policy = AddressPolicy(allowed=(parse_allowed("0.0.0.0/0"), parse_allowed("::/0")))
    assert not policy.permits(ipaddress.ip_address(address), 443)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "https:///path",
        "http://user:secret@example.com/",
        "http://exa mple.com/",
        "http://[::1/",
        "http://example.com:99999/",
    ],
)
def test_S8_only_plain_web_addresses_are_taken(url):
    with Http("Test") as client, pytest.raises(AddressRefusedError) as refusal:
        client.get(url)
    assert "secret" not in str(refusal.value)


def test_S8_the_refusal_does_not_tell_what_is_inside(names, monkeypatch):
    def unknown(*_arguments, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    names["mis.corp"] = [["10.0.0.7"]]
    sentences = set()
    for forget in (False, True):
        if forget:
            monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(AddressRefusedError) as refusal:
            AddressPolicy().checked("mis.corp", 443, seconds=5)
        sentences.add(str(refusal.value))
    assert sentences == {"The hub may not connect to “mis.corp”, or no system has this name: correct the address."}


def test_a_resolver_that_is_away_is_worth_another_try(monkeypatch):
    def away(*_arguments, **_options):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", away)
    with pytest.raises(UnreachableError) as refusal:
        AddressPolicy().checked("shop.example", 443, seconds=5)
    assert (refusal.value.may_retry, refusal.value.may_have_arrived) == (True, False)


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: [] if release.wait(30) else None)
    with pytest.raises(UnreachableError):
        AddressPolicy().checked("shop.example", 443, seconds=0.05)
    release.set()


def test_settings_that_open_nothing_are_found_at_the_start(settings, tmp_path):
    settings.OUTBOUND_NETWORKS = ["10.1.0.0/16", "inside", "127.0.0.1:http"]
    settings.OUTBOUND_CA_FILE = str(tmp_path / "absent.pem")
    found = [*check_outbound_networks(None), *check_authorities(None)]
    assert [error.id for error in found] == ["outbound.E003", "outbound.E003", "outbound.E004"]
