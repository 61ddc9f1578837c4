"""Saved ways to read files: who may use them, and a file read by one."""

from __future__ import annotations

from dataclasses import replace
from typing import IO

from django.db.models import Q, QuerySet

from foundation.identity.models import User
from foundation.transfers.mapping import Mapping
from foundation.transfers.models import ImportProfile
from foundation.transfers.reading import Shape, Sniffed, UnreadableFileError, open_records
from foundation.transfers.registry import transfer_by_slug


def profile_list(user: User) -> QuerySet[ImportProfile]:
    """Profiles a person may use: their own, those for everybody, and all of them with the right to look after them."""
    profiles = ImportProfile.objects.select_related("owner")
    if user.has_perm("transfers.change_importprofile"):
        return profiles
    return profiles.filter(Q(owner=user) | Q(is_shared=True))


def profile_may_change(user: User, profile: ImportProfile) -> bool:
    """Whether a person may rename, overwrite or delete a profile: the one who made it may, and who has the right."""
    return profile.owner_id == user.pk or user.has_perm("transfers.change_importprofile")


def shape_by_profile(profile: ImportProfile, file: IO[bytes], look: Sniffed) -> Shape:
    """How a file is read by a profile: as the profile says where that finds its columns, else as the file looks.

    An encoding that the file itself proves wins over that of the profile; one that is only guessed does not.
    """
    if not profile.shape:
        return look.shape
    wanted = Shape.from_json(profile.shape)
    encoding = wanted.encoding if len(look.encodings) > 1 else look.shape.encoding
    chosen = replace(wanted, kind=look.shape.kind, encoding=encoding)
    candidates = [chosen, replace(look.shape, encoding=encoding)]
    return next((shape for shape in candidates if _fits(profile, file, shape)), look.shape)


def _fits(profile: ImportProfile, file: IO[bytes], shape: Shape) -> bool:
    """Whether the file, read so, has all columns that the profile's mapping takes."""
    file.seek(0)
    try:
        headers = open_records(file, shape).headers
    except UnreadableFileError:
        return False
    finally:
        file.seek(0)
    columns = transfer_by_slug(profile.what).resource.columns()
    return not Mapping.from_json(profile.mapping).problems(columns, headers)
