"""Calls to this machine alone."""

import pytest

from foundation.outbound.addresses import AddressPolicy, parse_allowed
from foundation.outbound.http import Http, Limits


@pytest.fixture
def call():
    """Call a server of this machine: `call(server, total=…)`; the one port is open, everything else is as always."""

    def get(server, path="/", *, scheme="http", host="127.0.0.1", method="GET", authorities="", content=None, **limits):
        policy = AddressPolicy(allowed=(parse_allowed(f"127.0.0.1:{server.port}"),))
        with Http("Test", policy=policy, limits=Limits(**limits), authorities=authorities) as http:
            return http.request(method, f"{scheme}://{host}:{server.port}{path}", label="try", content=content)

    return get
