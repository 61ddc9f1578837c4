"""The address for whoever runs the sandbox: what is there, what was asked, what shall go wrong (`/-/…`)."""

from __future__ import annotations

from typing import Any

from sandbox.exchange import NotUnderstoodError, Request, Response
from sandbox.faults import KINDS, Fault
from sandbox.system import System


def control(systems: dict[str, System], request: Request) -> Response:
    """Answer `/-/`, `/-/<system>` and what is below."""
    if request.method != "GET" and "json" not in request.headers.get("content-type", ""):
        return Response(415, {"problem": "Send JSON: so that no page of a browser can do this."})
    if not request.parts:
        return Response(200, {"systems": sorted(systems), "faults": KINDS})
    system = systems.get(request.parts[0])
    if system is None:
        return Response(404, {"problem": f"There is no system {request.parts[0]}."})
    rest = Request(request.method, "/".join(request.parts[1:]), request.query, request.headers, request.body)
    try:
        with system.lock:
            return _administer(system, rest)
    except NotUnderstoodError as problem:
        return Response(400, {"problem": str(problem)})


def _administer(system: System, request: Request) -> Response:
    match (request.method, request.parts):
        case ("GET", []):
            return Response(200, _overview(system))
        case ("GET", ["requests"]):
            return Response(200, list(system.books))
        case ("GET", ["state"]):
            return Response(200, system.state)
        case ("PUT", ["state"]):
            system.replace(request.json())
        case ("POST", ["reset"]):
            system.reset()
        case ("GET", ["faults"]):
            return Response(200, system.faults.shown())
        case ("POST", ["faults"]):
            system.faults.add(Fault.read(request.json()))
        case ("DELETE", ["faults"]):
            system.faults.clear()
        case _:
            return system.administer(request)
    return Response(204)


def _overview(system: System) -> dict[str, Any]:
    return {
        "title": system.title,
        "addresses": system.addresses,
        "requests": system.counted,
        "faults": system.faults.shown(),
    }
