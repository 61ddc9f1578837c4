"""What every resource of the API does alike: rights, pages, versions, refusals in words."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.request import Request

from foundation.api.filtering import KnownFilters, KnownOrdering
from foundation.api.paging import CursorPages
from foundation.api.problems import ConflictError, StaleVersionError, VersionRequiredError
from foundation.changes.models import Tracked
from foundation.changes.recording import set_actor
from foundation.changes.refusals import refusals
from foundation.identity.api import HasScope, Scoped
from foundation.identity.models import ApiToken, User


class RecordSerializer(serializers.ModelSerializer[Any]):
    """A record whose rules are the model's: the same sentences as in the form and the import."""

    def create(self, validated_data: dict[str, Any]) -> models.Model:
        """Make a record."""
        return self._save(self.Meta.model(), validated_data)

    def update(self, instance: models.Model, validated_data: dict[str, Any]) -> models.Model:
        """Change a record."""
        return self._save(instance, validated_data)

    def _save(self, instance: models.Model, values: dict[str, Any]) -> models.Model:
        for name, value in values.items():
            setattr(instance, name, value)
        instance.full_clean()
        with refusals():
            instance.save()
        instance.refresh_from_db()
        return instance


class RecordViewSet(Scoped, viewsets.ModelViewSet[Any]):
    """List, read, add, change and delete records of one model; a change names the version it is based on.

    A subclass gives `rows(user)`: what this person may see. What they may not see is not there (404).
    """

    permission_classes: ClassVar[list[Any]] = [HasScope]
    pagination_class = CursorPages
    filter_backends: ClassVar[list[Any]] = [KnownFilters, KnownOrdering]
    ordering_fields: ClassVar[list[str]] = ["id"]
    http_method_names: ClassVar[list[str]] = ["get", "post", "put", "patch", "delete", "head"]
    lookup_value_converter = "int"

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the rows this person may see, with what the answer shows of others."""
        raise NotImplementedError(f"{type(self).__name__}.rows")

    def perform_authentication(self, request: Request) -> None:
        """Learn who calls, and tell the change ledger, which was opened before anybody knew."""
        super().perform_authentication(request)
        via = request.auth.name if isinstance(request.auth, ApiToken) else ""
        set_actor(request.user if isinstance(request.user, User) else None, via=via)

    def get_queryset(self) -> QuerySet[Any]:
        """Return what this caller may see; while the document is made there is no caller."""
        if getattr(self, "swagger_fake_view", False):
            return self.serializer_class.Meta.model._default_manager.none()  # type: ignore[union-attr]
        return self.rows(self.request.user)

    def get_object(self) -> Any:
        """Return the record; for a change, locked and at the version the caller has seen."""
        found = super().get_object()
        if self.request.method in ("PUT", "PATCH", "DELETE"):
            self._lock(found)
        return found

    def _lock(self, found: Any) -> None:
        """Hold the row against others and compare its version with If-Match."""
        rows = type(found)._base_manager.select_for_update(no_key=True)
        version = rows.filter(pk=found.pk).values_list("version", flat=True).first()
        wanted = self.request.headers.get("If-Match", "")
        if not wanted:
            raise VersionRequiredError
        if version != found.version or etag(version) not in [part.strip() for part in wanted.split(",")]:
            raise StaleVersionError

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Send the version of a single record as its ETag."""
        response = super().finalize_response(request, response, *args, **kwargs)
        record = getattr(response, "data", None)
        if isinstance(record, dict) and "version" in record:
            response["ETag"] = etag(record["version"])
        return response

    def get_success_headers(self, data: Any) -> dict[str, str]:
        """Tell where a new record is."""
        return {"Location": self.request.build_absolute_uri(f"{self.request.path}{data['id']}/")}

    def perform_destroy(self, instance: Tracked) -> None:
        """Delete, or say what stands in the way."""
        try:
            with refusals():
                instance.delete()
        except ProtectedError as error:
            kinds = sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects})
            raise ConflictError(
                _("It cannot be deleted, because others refer to it: %(kinds)s.") % {"kinds": ", ".join(kinds)}
            ) from error


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'
