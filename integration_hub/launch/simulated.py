"""The simulated outside systems (`sandbox/`) beside the hub for whoever tries it; the hub is pointed at them."""

import os
import socket
import sys
from pathlib import Path

from integration_hub.launch.children import Child
from integration_hub.launch.place import LARGEST_PORT, is_wanted, taken_port, wants_demo
from integration_hub.local import LocalError

ABOVE_THE_HUB = 90  # 8090 for a hub at 8000: the same at each start, because connections of the hub remember it
BIND = "127.0.0.1"  # nobody signs in to the sandbox, so no other machine may reach it


def wants_sandbox() -> bool:
    """HUB_SANDBOX says it; else whoever gets the demo company gets the systems around it too."""
    return is_wanted("HUB_SANDBOX", default=wants_demo())


def sandbox_listener(port: int) -> socket.socket:
    """Take the sandbox's port: HUB_SANDBOX_PORT, else one that follows from the hub's, else any that is free."""
    chosen = os.environ.get("HUB_SANDBOX_PORT", "")
    if chosen.isascii() and chosen.isdigit():
        return taken_port(BIND, int(chosen))
    usual = port + ABOVE_THE_HUB
    try:
        return taken_port(BIND, usual if usual <= LARGEST_PORT else 0)
    except LocalError:
        return taken_port(BIND, 0)


def point_hub_at(listener: socket.socket) -> str:
    """Let this hub call the sandbox, that one port alone, and ask VIES there; return its address."""
    port = listener.getsockname()[1]
    networks = os.environ.get("HUB_OUTBOUND_NETWORKS", "")
    os.environ["HUB_OUTBOUND_NETWORKS"] = ",".join(filter(None, (networks, f"{BIND}:{port}")))
    url = f"http://{BIND}:{port}"
    if not os.environ.get("HUB_VIES_URL"):  # the real one is asked only by who says so
        os.environ["HUB_VIES_URL"] = f"{url}/vies/rest-api"
        os.environ.setdefault("HUB_VAT_CHECK", "1")
    return url


def sandbox_child(listener: socket.socket, directory: Path, logs: Path) -> Child:
    """The sandbox on the port we hold, keeping its state with the hub's data."""
    command = [sys.executable, "-m", "sandbox", "--fd", str(listener.fileno()), "--data", str(directory / "sandbox")]
    return Child("sandbox", command, logs / "sandbox.log", pass_fds=[listener.fileno()])
