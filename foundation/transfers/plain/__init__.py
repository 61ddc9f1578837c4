"""The plain way of a file into the database and out of it: row by row, and the measure of the engine.

Every resource is a `PlainResource`, which carries the declaration; the engine reads it and runs it set by set.
"""

from foundation.transfers.plain.resource import PlainResource

__all__ = ["PlainResource"]
