"""A5: the OpenAPI document is the contract. An independent client tries it against the running server."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from foundation.changes.testing import no_unknown_changes
from foundation.identity.models import User
from foundation.identity.tokens import token_issue
from tests.api.conftest import SCOPES

# What an answer must be, whatever is sent: no 5xx, a documented status, media type and shape, authentication asked for.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,ignored_auth,use_after_free,ensure_resource_availability"
)
FUZZ = ("--phases", "fuzzing", "--max-examples", "2")
EDGES = ("--phases", "coverage", "--include-path-regex", "^/api/v1/price-lists/")
FILES = ("--phases", "coverage,fuzzing", "--max-examples", "5", "--include-path-regex", "^/api/v1/imports/")


def try_contract(url, token, *options):
    """Run schemathesis as its own process, so that its threads and warnings are not ours."""
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/api/schema/"),
        *("--header", f"Authorization: Bearer {token}", "--checks", CHECKS),
        *("--workers", "1", "--seed", "1", "--no-color", "--request-timeout", "10", *options),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture
def token(transactional_db):
    user = User.objects.create_superuser("contract@example.com")
    return token_issue(user=user, name="Contract", scopes=list(SCOPES), expires_at=timezone.now() + timedelta(days=1))[
        1
    ]


@pytest.mark.parametrize("options", [FUZZ, EDGES, FILES], ids=["anything_on_every", "edges_of_one_resource", "imports"])
def test_A5_the_running_server_keeps_the_contract(hub_server, token, options):
    with no_unknown_changes():
        result = try_contract(hub_server.url, token, *options)
    assert result.returncode == 0, result.stdout[-30000:] + result.stderr[-2000:]


@pytest.mark.soak
def test_A5_long_run(hub_server, token):
    result = try_contract(hub_server.url, token, "--max-examples", "100")
    assert result.returncode == 0, result.stdout[-30000:] + result.stderr[-2000:]
