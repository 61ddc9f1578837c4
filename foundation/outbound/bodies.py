"""Reads an answer's body up to a limit: of what came, and of what it unpacks to."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

ANY_FORMAT = 47  # zlib: a gzip or zlib header, whichever is there
ACCEPTED = "gzip"


class LimitReachedError(Exception):
    """There is more than anybody expects."""


class UnreadableBodyError(Exception):
    """It is packed in a way nobody asked for, or breaks off."""


def read_body(pieces: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Return the unpacked body of at most `limit` bytes."""
    packing = encoding.strip().lower()
    if packing in ("", "identity"):
        return _joined(pieces, limit)
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise UnreadableBodyError
    return _unpacked(pieces, limit)


def _joined(pieces: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > limit:
            raise LimitReachedError
    return bytes(body)


def _unpacked(pieces: Iterable[bytes], limit: int) -> bytes:
    """Unpack as it comes, and never a byte more than the limit: 200 kB of gzip can hold 200 MB."""
    body = bytearray()
    unpacker = zlib.decompressobj(ANY_FORMAT)
    came = False
    for piece in pieces:
        came = came or bool(piece)
        try:
            body += unpacker.decompress(piece, limit - len(body) + 1)
        except zlib.error:
            raise UnreadableBodyError from None
        if len(body) > limit:
            raise LimitReachedError
        if unpacker.unused_data:
            raise UnreadableBodyError
    if came and not unpacker.eof:
        raise UnreadableBodyError
    return bytes(body)
