"""Files that come in: bytes to records.

`sniff` has a first look and proposes a `Shape`; `open_records` reads with the shape that a person agreed to. Memory
stays flat, limits hold before and while reading. What makes a whole file unreadable is an `UnreadableFileError`; what
is wrong with one row is that record's `problem`.
"""

from foundation.transfers.reading.encodings import ENCODINGS, encoding_label
from foundation.transfers.reading.errors import UnreadableFileError
from foundation.transfers.reading.limits import Limits
from foundation.transfers.reading.records import EncodingChoice, Reader, Record, Shape, Sniffed
from foundation.transfers.reading.sniffing import open_records, sniff

__all__ = [
    "ENCODINGS",
    "EncodingChoice",
    "Limits",
    "Reader",
    "Record",
    "Shape",
    "Sniffed",
    "UnreadableFileError",
    "encoding_label",
    "open_records",
    "sniff",
]
