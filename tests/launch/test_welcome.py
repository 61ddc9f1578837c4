"""The block a person sees when the hub is up."""

from pathlib import Path

from integration_hub.launch.__main__ import welcome

ADDRESSES = [["Admin", "/admin/"], ["Mailbox", "/mailbox/"]]


def test_tells_addresses_sign_ins_and_places(monkeypatch):
    monkeypatch.setenv("HUB_DATA_DIR", "/srv/hub")
    facts = {
        "addresses": ADDRESSES,
        "sign_ins": [["a@demo", "secret", "all"], ["bob@demo", "s", "some"]],
        "has_staff": True,
    }
    words = welcome("http://localhost:8000", facts, Path("/srv/hub/logs"), sandbox="http://127.0.0.1:8090")
    assert words.splitlines() == [
        "",
        "Integration Hub is running.",
        "",
        "  Admin      http://localhost:8000/admin/",
        "  Mailbox    http://localhost:8000/mailbox/",
        "  Sandbox    http://127.0.0.1:8090/  (simulated outside systems)",
        "",
        "  Demo sign-ins, with their passwords as long as nobody changed them",
        "    a@demo    secret  all",
        "    bob@demo  s       some",
        "",
        "  Data       /srv/hub",
        "  Logs       /srv/hub/logs",
        "",
        "Ctrl-C stops it.",
    ]


def test_a_hub_without_people_tells_how_to_make_the_first(monkeypatch):
    monkeypatch.setenv("HUB_DATA_DIR", "/srv/my hub")
    text = welcome("http://localhost:8000", {"addresses": [], "sign_ins": [], "has_staff": False}, Path("/logs"))
    assert "    HUB_DATA_DIR='/srv/my hub' .venv/bin/python manage.py createsuperuser\n" in text


def test_nothing_is_said_about_sign_ins_where_people_have_their_own():
    text = welcome("http://localhost:8000", {"addresses": [], "sign_ins": [], "has_staff": True}, Path("/logs"))
    assert "sign" not in text
