"""What makes a whole file unreadable."""

from django.core.exceptions import ValidationError


class UnreadableFileError(ValidationError):
    """One sentence that names the place and says what to do; a single bad row never raises it."""
