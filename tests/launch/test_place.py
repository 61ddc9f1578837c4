"""What must be free before the hub starts: its port and its data directory."""

import socket

import pytest

from integration_hub.launch.place import sole_use, taken_port, wanted_port
from integration_hub.local import LocalError


@pytest.mark.parametrize("text", ["eight", "0", "65536", "-1", "²"])
def test_refuses_a_port_that_is_none(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(
        LocalError, match=f"^PORT is “{text}”: choose a number from 1 to 65535, for example PORT=8001.$"
    ):
        wanted_port()


@pytest.mark.parametrize(("text", "port"), [("", 8000), ("8123", 8123)])
def test_the_port_is_8000_unless_another_is_chosen(monkeypatch, text, port):
    monkeypatch.setenv("PORT", text)
    assert wanted_port() == port


def test_a_port_in_use_is_told_with_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalError) as refusal:
            taken_port("127.0.0.1", port)
    assert str(refusal.value) == (
        f"Port {port} is in use: stop the program that uses it, or choose another, "
        f"for example PORT={port + 1} make run."
    )


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(LocalError, match=r"^HUB_BIND is “192\.0\.2\.1”, which is not this machine:"):
        taken_port("192.0.2.1", 8000)


def test_a_second_hub_on_the_same_data_learns_where_the_first_one_is(tmp_path):
    with (
        sole_use(tmp_path, "http://localhost:8000"),
        pytest.raises(LocalError, match=r"already runs with the data in .*, at http://localhost:8000: stop it"),
        sole_use(tmp_path, "http://localhost:8001"),
    ):
        pass


def test_the_data_directory_is_free_again_afterwards(tmp_path):
    for address in ("http://localhost:8000", "http://localhost:1"):
        with sole_use(tmp_path, address):
            assert (tmp_path / "launch.lock").read_text() == address
