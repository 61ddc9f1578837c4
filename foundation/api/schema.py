"""What the OpenAPI document says of every operation beyond what the library reads off the code."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `errors` names each value by a JSON pointer into the request's body.",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable word for programs."},
        "detail": {"type": "string", "description": "Sentence for people."},
        "request_id": {"type": "string", "description": "Tell it when you ask for help."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail", "code"],
                "properties": {
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}
ALWAYS = {
    "400": "Malformed or refused",
    "401": "No or no valid token",
    "403": "Not allowed",
    "429": "Too many calls this minute",
}
OF_ONE = {"404": "Not there, or not yours to see"}
OF_BODIES = {"415": "Sent as a media type that this call does not read"}
OF_CHANGES = {"409": "Contradicts what is there", "412": "Changed since you read it", "428": "If-Match is missing"}


class HubSchema(AutoSchema):
    """Names the version header of changes."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        """Add If-Match to whatever changes a record."""
        if self.method not in ("PUT", "PATCH", "DELETE"):
            return []
        description = "ETag of the version that the change is based on."
        return [OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description=description)]


class TokenScheme(OpenApiAuthenticationExtension):
    """Names API tokens as the way in."""

    target_class = "foundation.identity.api.TokenAuthentication"
    match_subclasses = True  # the ledger's one, which settings name
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return a bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "An API token: made in the admin, shown once."}


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Describe the errors of every operation (a postprocessing hook of drf-spectacular)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "responses" in operation:
                for code, description in _problems(path, method).items():
                    operation["responses"].setdefault(code, _response(description))
    return result


def _problems(path: str, method: str) -> dict[str, str]:
    return (
        ALWAYS
        | (OF_ONE if "{" in path else {})
        | (OF_BODIES if method in ("post", "put", "patch") else {})
        | (OF_CHANGES if method in ("put", "patch", "delete") else {})
    )


def _response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
