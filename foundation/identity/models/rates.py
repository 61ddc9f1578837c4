"""Counters of calls and tries, for limits."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallCount(models.Model):
    """How often somebody has called, or tried, since `window_began_at`; a row is good for a day.

    The table is unlogged: what it holds may be lost in a crash, and counting a call must not wait for a disk.
    """

    key = models.CharField(max_length=64, primary_key=True)
    window_began_at = models.DateTimeField()
    calls = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("call count")
        verbose_name_plural = _("call counts")
        default_permissions = ()
        indexes = [models.Index(fields=["window_began_at"], name="call_count_window")]  # for throwing old rows away

    def __str__(self) -> str:
        return f"{self.calls} since {self.window_began_at:%H:%M}"
