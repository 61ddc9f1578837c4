"""The simulated outside systems beside the hub."""

import contextlib
import os
import socket
import urllib.request

import pytest

from integration_hub.launch.simulated import point_hub_at, sandbox_child, sandbox_listener, wants_sandbox
from integration_hub.local import LocalError


@pytest.mark.parametrize(
    ("sandbox", "demo", "wanted"), [("", "", True), ("", "0", False), ("1", "0", True), ("0", "1", False)]
)
def test_they_come_with_the_demo_company_unless_told_otherwise(monkeypatch, sandbox, demo, wanted):
    monkeypatch.setenv("HUB_SANDBOX", sandbox)
    monkeypatch.setenv("HUB_DEMO", demo)
    assert wants_sandbox() is wanted


def test_their_port_follows_from_the_hubs():
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    with contextlib.closing(sandbox_listener(free - 90)) as listener:
        assert listener.getsockname() == ("127.0.0.1", free)


@pytest.mark.parametrize("port", [None, 65500])
def test_any_free_port_will_do(port):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with contextlib.closing(sandbox_listener(port or taken - 90)) as listener:
            assert listener.getsockname()[1] not in (0, taken)


def test_a_chosen_port_that_is_taken_is_told(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("HUB_SANDBOX_PORT", str(other.getsockname()[1]))
        with pytest.raises(LocalError, match="is in use"):
            sandbox_listener(8000)


def test_S8_the_hub_may_call_that_one_port(monkeypatch):
    monkeypatch.setenv("HUB_OUTBOUND_NETWORKS", "10.1.0.0/16")
    monkeypatch.setenv("HUB_VIES_URL", "https://vies.example")
    with contextlib.closing(sandbox_listener(65500)) as listener:
        port = listener.getsockname()[1]
        assert point_hub_at(listener) == f"http://127.0.0.1:{port}"
    assert os.environ["HUB_OUTBOUND_NETWORKS"] == f"10.1.0.0/16,127.0.0.1:{port}"


def test_vies_is_asked_there_unless_somebody_names_another(monkeypatch):
    for name in ("HUB_VIES_URL", "HUB_VAT_CHECK", "HUB_OUTBOUND_NETWORKS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    with contextlib.closing(sandbox_listener(65500)) as listener:
        url = point_hub_at(listener)
        assert (os.environ["HUB_VIES_URL"], os.environ["HUB_VAT_CHECK"]) == (f"{url}/vies/rest-api", "1")


def test_the_real_vies_is_asked_only_by_who_says_so(monkeypatch):
    monkeypatch.setenv("HUB_VIES_URL", "https://vies.example")
    monkeypatch.setenv("HUB_OUTBOUND_NETWORKS", "")
    monkeypatch.setenv("HUB_VAT_CHECK", "")
    monkeypatch.delenv("HUB_VAT_CHECK")
    with contextlib.closing(sandbox_listener(65500)) as listener:
        point_hub_at(listener)
    assert (os.environ["HUB_VIES_URL"], "HUB_VAT_CHECK" in os.environ) == ("https://vies.example", False)


def test_they_serve_on_the_port_the_launcher_holds(tmp_path):
    with contextlib.closing(sandbox_listener(65500)) as listener:
        listener.listen()
        child = sandbox_child(listener, tmp_path, tmp_path)
        child.start()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{listener.getsockname()[1]}/-/vies", timeout=20) as answer:
                assert answer.status == 200
        finally:
            child.ask_to_stop()
            child._process.wait(10)
    assert (tmp_path / "sandbox").is_dir()
