"""The outbox: everything that leaves the hub is a row here first (docs/outbox.md, docs/adr/0020)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Coalesce, Now, NullIf
from django.utils.translation import gettext_lazy as _

from foundation.changes.models import ChangeSet
from foundation.jobs.models.job import Job

# The ledger's triggers leave the number of the transaction's change set here; the database fills it in by itself, so
# that a message made after the change it tells of knows it.
CURRENT_CHANGE_SET = Cast(
    NullIf(Func(Value("hub.change_set"), Value(True), function="current_setting"), Value("")), models.BigIntegerField()
)


class OutboxMessage(models.Model):
    """One thing to tell the outside: an e-mail to one person, a write to one system."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Needs a person")
        SUPERSEDED = "superseded", _("Replaced by a newer one")
        DISMISSED = "dismissed", _("Dismissed")

    class Reason(models.TextChoices):
        EXHAUSTED = "exhausted", _("All tries failed")
        REJECTED = "rejected", _("Refused by the other side")
        AUTH = "auth", _("Sign-in or settings refused")
        UNKNOWN = "unknown", _("Nobody knows whether it arrived")
        BUG = "bug", _("Error in the hub")

    # The three groups of states; constraints, indexes and queries below are built from them.
    OPEN = (State.PENDING, State.SENDING)
    UNSETTLED = (State.PENDING, State.SENDING, State.DEAD)
    SETTLED = (State.SENT, State.SUPERSEDED, State.DISMISSED)

    kind = models.CharField(_("kind"), max_length=60)
    object_key = models.CharField(
        _("object"),
        max_length=200,
        blank=True,
        help_text=_("Messages of one object leave in order."),
    )
    field_key = models.CharField(
        _("field"), max_length=100, blank=True, help_text=_("A newer message of the same field replaces an unsent one.")
    )
    reference = models.UUIDField(_("reference"), default=uuid.uuid4, editable=False)
    payload = models.JSONField(_("content"), null=True, blank=True, help_text=_("Emptied when it is no longer needed."))
    payload_hash = models.CharField(_("hash of the content"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    due_at = models.DateTimeField(_("due at"), db_default=Now())
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, help_text=_("Since somebody last asked for it."))
    deaths = models.PositiveSmallIntegerField(
        _("lost tries"), default=0, help_text=_("Tries in a row whose worker stopped before an answer came.")
    )
    replays = models.PositiveSmallIntegerField(_("sent again by hand"), default=0)
    is_uncertain = models.BooleanField(
        _("may have arrived"), default=False, help_text=_("A try began whose outcome is not known.")
    )
    lease_token = models.UUIDField(_("lease"), null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True)
    last_answer = models.CharField(_("last answer"), max_length=300, blank=True)
    dismissed_because = models.CharField(_("dismissed because"), max_length=300, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("dismissed by"),
    )
    superseded_by = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="superseded",
        verbose_name=_("replaced by"),
    )
    job = models.ForeignKey(
        Job,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="outbox_messages",
        verbose_name=_("made by the job"),
    )
    change_set = models.ForeignKey(
        ChangeSet,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="outbox_messages",
        verbose_name=_("tells of the change"),
        db_default=CURRENT_CHANGE_SET,
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("replay_outboxmessage", _("Can send undelivered messages again")),
            ("dismiss_outboxmessage", _("Can dismiss undelivered messages")),
        ]
        indexes = [
            # The claim: what is due, oldest first. A row being sent is due again when its lease ends.
            models.Index(
                Coalesce("leased_until", "due_at"),
                "id",
                condition=Q(state__in=["pending", "sending"]),
                name="outboxmessage_due",
            ),
            # The claim and put(): what an object still waits for.
            models.Index(
                fields=["object_key", "id"],
                condition=Q(state__in=["pending", "sending", "dead"]) & ~Q(object_key=""),
                name="outboxmessage_unsettled",
            ),
            # The dashboard's count and the page of undelivered messages.
            models.Index(fields=["reason", "kind"], condition=Q(state="dead"), name="outboxmessage_dead"),
            # Pruning.
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False), name="outboxmessage_settled"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reference"],
                name="outboxmessage_reference_unique",
                violation_error_message=_("A message with this reference is already in the outbox."),
            ),
            models.UniqueConstraint(
                fields=["object_key"],
                condition=Q(state="sending") & ~Q(object_key=""),
                name="outboxmessage_one_in_flight",
                violation_error_message=_("Another message of this object is being sent."),
            ),
            models.CheckConstraint(condition=~Q(kind=""), name="outboxmessage_kind_not_blank"),
            models.CheckConstraint(
                condition=Q(field_key="") | ~Q(object_key=""),
                name="outboxmessage_field_needs_object",
                violation_error_message=_("A message that replaces others must name its object."),
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_token__isnull=False, leased_until__isnull=False)
                | Q(~Q(state="sending"), lease_token__isnull=True, leased_until__isnull=True),
                name="outboxmessage_leased_while_sending",
                violation_error_message=_("A message is leased exactly while it is being sent."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent"]) | Q(tries__gte=1),
                name="outboxmessage_tries_counted",
                violation_error_message=_("A try is counted before it begins."),
            ),
            # Names every state, so that it also refuses any other word.
            models.CheckConstraint(
                condition=Q(state__in=["sent", "superseded", "dismissed"], settled_at__isnull=False)
                | Q(state__in=["pending", "sending", "dead"], settled_at__isnull=True),
                name="outboxmessage_settled_has_time",
                violation_error_message=_("A message has a settling time exactly when it is settled."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "superseded", "dismissed"]) | Q(payload__isnull=False),
                name="outboxmessage_unsettled_has_payload",
                violation_error_message=_("The content of a message may go only after it is settled."),
            ),
            models.CheckConstraint(
                condition=Q(Q(state__in=["dead", "dismissed"]), ~Q(reason=""))
                | Q(~Q(state__in=["dead", "dismissed"]), reason=""),
                name="outboxmessage_dead_has_reason",
                violation_error_message=_("An undelivered message says why."),
            ),
            models.CheckConstraint(
                condition=Q(Q(state="dismissed"), ~Q(dismissed_because=""))
                | Q(~Q(state="dismissed"), dismissed_because=""),
                name="outboxmessage_dismissed_says_why",
                violation_error_message=_("Say why this message is dismissed."),
            ),
            models.CheckConstraint(
                condition=Q(state="superseded", superseded_by__isnull=False)
                | Q(~Q(state="superseded"), superseded_by__isnull=True),
                name="outboxmessage_superseded_names_successor",
                violation_error_message=_("A replaced message names the one that replaced it."),
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True) | Q(superseded_by__gt=F("id")),
                name="outboxmessage_superseded_by_newer",
                violation_error_message=_("Only a newer message replaces an older one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class OutboxAttempt(models.Model):
    """One try to deliver a message: when, how long, what came back. Written before the try, closed after it."""

    class Outcome(models.TextChoices):
        OK = "ok", _("Delivered")
        TRANSIENT = "transient", _("Not reachable")
        LIMITED = "limited", _("Too many calls")
        REJECTED = "rejected", _("Refused")
        AUTH = "auth", _("Sign-in or settings refused")
        UNKNOWN = "unknown", _("No answer")
        BUG = "bug", _("Error in the hub")

    message = models.ForeignKey(
        OutboxMessage, on_delete=models.CASCADE, related_name="attempts", verbose_name=_("message")
    )
    started_at = models.DateTimeField(_("started at"))
    duration = models.DurationField(_("duration"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        ordering = ["-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["started_at"], name="outboxattempt_age"),  # pruning
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(outcome=""),
                name="outboxattempt_one_running",
                violation_error_message=_("A message has one running try at a time."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="", duration__isnull=True) | Q(~Q(outcome=""), duration__isnull=False),
                name="outboxattempt_closed_has_duration",
                violation_error_message=_("A try has a duration exactly when it has ended."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S} {self.get_outcome_display() or _('running')}"
