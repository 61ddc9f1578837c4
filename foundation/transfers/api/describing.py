"""What the OpenAPI document says of imports beyond the code."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from foundation.transfers.api.serializers import (
    ApplySerializer,
    ErrorPageSerializer,
    ImportSerializer,
    PageQuerySerializer,
    RowPageSerializer,
    RowsQuerySerializer,
    UndoPlanSerializer,
    UndoSerializer,
    UploadSerializer,
)

KEY_LENGTH = 255
PROBLEM = {"$ref": "#/components/schemas/Problem"}
WRONG_STATE = {(409, "application/problem+json"): OpenApiResponse(PROBLEM, "Not in the state the import is in")}
STARTED = OpenApiResponse(ImportSerializer, "The step is under way: follow it at Location")
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="The same key with the same request, within a day, answers with the import it began.",
)


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, response=[202], description=description)


HEADERS = [_header("Location", "Where to follow it."), _header("ETag", "Of the import as it stands.")]

of_upload = extend_schema(
    request={"multipart/form-data": UploadSerializer},
    parameters=[KEY, *HEADERS],
    responses={202: STARTED, (422, "application/problem+json"): OpenApiResponse(PROBLEM, "Key of another request")}
    | {(409, "application/problem+json"): OpenApiResponse(PROBLEM, "Too many imports of yours are at work")},
)
of_apply = extend_schema(request=ApplySerializer, parameters=HEADERS, responses={202: STARTED} | WRONG_STATE)
of_cancel = extend_schema(request=None, parameters=HEADERS, responses={202: STARTED} | WRONG_STATE)
of_undo = extend_schema(request=UndoSerializer, parameters=HEADERS, responses={202: STARTED} | WRONG_STATE)
of_plan = extend_schema(parameters=[PageQuerySerializer], responses={200: UndoPlanSerializer} | WRONG_STATE)
of_errors = extend_schema(parameters=[PageQuerySerializer], responses={200: ErrorPageSerializer} | WRONG_STATE)
of_rows = extend_schema(parameters=[RowsQuerySerializer], responses={200: RowPageSerializer} | WRONG_STATE)
of_refused = extend_schema(operation_id="imports_refused", responses={(200, "text/csv"): OpenApiTypes.STR})
