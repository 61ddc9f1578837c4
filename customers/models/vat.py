"""What the tax offices of the European Union were asked about VAT ids, and what they said."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Now
from django.utils.translation import gettext_lazy as _


class VatCheck(models.Model):
    """One question about a VAT id. It belongs to the number, not to a customer: a parent and its branches share it."""

    class Answer(models.TextChoices):
        WAITING = "waiting", _("Waiting for an answer")
        REGISTERED = "registered", _("Registered")
        NOT_REGISTERED = "not_registered", _("Not registered")
        UNAVAILABLE = "unavailable", _("No answer")
        REFUSED = "refused", _("Not understood")

    DECISIVE = (Answer.REGISTERED, Answer.NOT_REGISTERED)

    vat_id = models.CharField(_("VAT id"), max_length=20)
    country = models.GeneratedField(
        expression=Left("vat_id", 2), output_field=models.CharField(max_length=2), db_persist=True
    )
    answer = models.CharField(_("answer"), max_length=20, choices=Answer, default=Answer.WAITING)
    is_current = models.BooleanField(
        _("current"),
        default=False,
        help_text=_("The last answer that says yes or no: it holds until there is another."),
    )
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    due_at = models.DateTimeField(_("to be asked at"), db_default=Now())
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    trouble = models.CharField(_("what came instead of an answer"), max_length=60, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    stated_at = models.DateTimeField(_("time stated in the answer"), null=True)
    name = models.CharField(_("registered name"), max_length=500, blank=True)
    address = models.TextField(_("registered address"), blank=True)
    reference = models.CharField(_("consultation number"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("VAT id check")
        verbose_name_plural = _("VAT id checks")
        ordering = ["-id"]
        default_permissions = ()  # seen and asked for with the customer
        constraints = [
            models.UniqueConstraint("vat_id", condition=Q(answer="waiting"), name="vatcheck_one_waiting"),
            models.UniqueConstraint("vat_id", condition=Q(is_current=True), name="vatcheck_one_current"),
            models.CheckConstraint(
                condition=Q(vat_id__regex=r"^[A-Z]{2}[A-Z0-9+*]{2,18}$"), name="vatcheck_vat_id_shape"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["waiting", "registered", "not_registered", "unavailable", "refused"]),
                name="vatcheck_answer_known",
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(answer__in=["registered", "not_registered"]),
                name="vatcheck_current_is_decisive",
            ),
            models.CheckConstraint(
                condition=Q(answer="waiting", answered_at=None) | (~Q(answer="waiting") & Q(answered_at__isnull=False)),
                name="vatcheck_answered_or_waiting",
            ),
            models.CheckConstraint(
                condition=Q(answer="registered") | Q(name="", address=""), name="vatcheck_only_registered_told"
            ),
        ]
        indexes = [
            models.Index("vat_id", "id", name="vatcheck_by_number"),  # the history of a number
            models.Index("country", "due_at", name="vatcheck_due", condition=Q(answer="waiting")),  # whom to ask next
        ]

    def __str__(self) -> str:
        return f"{self.vat_id}: {self.get_answer_display()}"

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has answered yet."""
        return self.answer == self.Answer.WAITING

    @property
    def is_decisive(self) -> bool:
        """Whether the answer says yes or no."""
        return self.answer in self.DECISIVE
