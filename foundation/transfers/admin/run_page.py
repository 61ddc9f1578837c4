"""What the page of an import shows at each of its states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.exceptions import NotRegistered
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.changes.models import ChangeSet
from foundation.jobs.models import Job
from foundation.transfers.admin.base import file_page_url
from foundation.transfers.importing import preview
from foundation.transfers.importing.content import options_of, transfer_of
from foundation.transfers.importing.runs import latest_job
from foundation.transfers.into import into_record
from foundation.transfers.models import ImportRun
from foundation.transfers.options import Blank, Options, Strategy
from foundation.transfers.reading import Shape, encoding_label
from foundation.transfers.registry import Transfer
from foundation.ui.links import opening_page
from foundation.ui.markup import Tone, badge

State = ImportRun.State
TONES: dict[str, Tone] = {
    State.CHECKING: "info",
    State.CHECKED: "warning",
    State.APPLYING: "info",
    State.APPLIED: "good",
    State.FAILED: "bad",
    State.UNDOING: "info",
}
LABELS = {
    "new": gettext_lazy("New"),
    "changed": gettext_lazy("Changed"),
    "deleted": gettext_lazy("Deleted"),
    "unchanged": gettext_lazy("Unchanged"),
    "left": gettext_lazy("Left alone"),
    "refused": gettext_lazy("Refused"),
}
KIND_TONES = {"new": "good", "changed": "info", "deleted": "warning", "refused": "bad"}
RARE = ("deleted", "left")  # shown only where there are some
EAGER_SECONDS = 20  # people watch the first seconds of a job: it is asked for twice a second
NAMES_SHOWN = 20


@dataclass(frozen=True)
class Tab:
    """A count that opens its rows."""

    kind: str
    label: str
    count: int
    tone: str
    is_open: bool


@dataclass(frozen=True)
class Made:
    """Records of a kind that come into being because rows name them."""

    kind: str
    names: list[str]
    more: int

    @classmethod
    def of(cls, kind: str, names: list[str]) -> Made:
        """Show the first names."""
        return cls(kind, names[:NAMES_SHOWN], max(0, len(names) - NAMES_SHOWN))


def state_badge(run: ImportRun) -> SafeString:
    """The state in a word."""
    return badge(run.get_state_display(), TONES.get(run.state, "neutral"))


def parts(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """Everything the page shows, also to those who ask for its live part again."""
    transfer, job = transfer_of(run), latest_job(run)
    shown = {
        "run": run,
        "job": job,
        "is_moving": run.is_busy or (job is not None and not job.is_final),
        "poll_seconds": poll_seconds(job),
        "state": state_badge(run),
        "what": str(transfer.title).lower(),
        "list_url": _url(f"{transfer.url_name}_changelist"),
        "upload_url": _upload_url(transfer),
        "counts": run.counts,
        "facts": facts(run),
        "is_cancelled": job is not None and job.state == Job.State.CANCELLED and not run.is_busy,
        "unknown_headers": run.unknown_headers,
    }
    if run.state in (State.CHECKED, State.APPLIED):
        shown |= found(request, run)
    if run.state in (State.APPLIED, State.UNDONE):
        shown["change_sets"] = change_sets(request, run)
    return shown


def poll_seconds(job: Job | None) -> float:
    """How often the page asks anew: eagerly at first."""
    if job is None:
        return 2
    return 0.5 if (timezone.now() - job.queued_at).total_seconds() < EAGER_SECONDS else 2


# --- what a check has found -----------------------------------------------------------------------------------------


def found(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """Tabs with counts, the rows of the open one, what would be made, and what may be done now."""
    counts, is_there = all_counts(run), preview.is_there(run)
    kind = _open_kind(request, run)
    tabs = [
        Tab(name, str(label), counts[name], KIND_TONES.get(name, "") if counts[name] else "", name == kind)
        for name, label in LABELS.items()
        if counts[name] or name not in RARE
    ]
    written = counts["new"] + counts["changed"] + counts["deleted"]
    is_whole = bool(counts["refused"] and run.options.get("all_or_nothing"))
    shown = {
        "is_there": is_there,
        "tabs": tabs,
        "kind": kind,
        "made": [Made.of(name, names) for name, names in sorted(run.counts.get("created", {}).items())],
        "written": written,
        "import_label": ngettext("Import %(count)s row now", "Import %(count)s rows now", written)
        % {"count": f"{written:,}"},
        "is_kept_out": is_whole,
        "caution": caution(run) if run.state == State.CHECKED and written else "",
        "may_apply": run.state == State.CHECKED and written > 0 and not is_whole and is_there,
    }
    return shown | (rows(request, run, kind) if is_there and counts[kind] else {}) | _missing(run, is_there=is_there)


def caution(run: ImportRun) -> str:
    """What the kind of file says before it is applied, blank where that is harmless; what it goes into may be gone."""
    try:
        return transfer_of(run).resource().caution(options_of(run))
    except ValidationError as error:
        return " ".join(error.messages)


def _missing(run: ImportRun, *, is_there: bool) -> dict[str, Any]:
    is_asked = run.state == State.CHECKED and is_there and run.counts["refused"]
    return {"missing": preview.missing_records(run) if is_asked else []}


def _open_kind(request: HttpRequest, run: ImportRun) -> str:
    """The tab one has chosen; else the one a person should see first."""
    chosen = request.GET.get("tab", "")
    if chosen in LABELS:
        return chosen
    order = ("refused", "deleted", "changed", "new", "left", "unchanged")
    counts = all_counts(run)
    return next((kind for kind in order if counts[kind]), "new")


def all_counts(run: ImportRun) -> dict[str, int]:
    """How many rows of each kind; imports checked by an earlier version know fewer kinds."""
    return {kind: run.counts.get(kind, 0) for kind in LABELS}


def rows(request: HttpRequest, run: ImportRun, kind: str) -> dict[str, Any]:
    """One page of rows, with the filter by column where they are refused."""
    columns = preview.error_columns(run) if kind == "refused" else []
    column = next((name for name, _count in columns if name == request.GET.get("column")), "")
    total = next((count for name, count in columns if column and name == column), all_counts(run)[kind])
    page: Page[Any] = Paginator(range(total), preview.PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    found = preview.page_of(run, kind, page.number, column=column)
    name = _record_page(request, run, kind)
    return {
        "rows": [(row, _url(name, row.key) if name and row.key else "") for row in found],
        "rows_page": page,
        "has_values": kind in ("new", "changed") and run.state == State.CHECKED,
        "columns": [(name, name or _("the whole row"), count) for name, count in columns],
        "column": column,
    }


def _record_page(request: HttpRequest, run: ImportRun, kind: str) -> str:
    """Name of the page of a record; none for rows that are no records yet, or that one may not open."""
    transfer = transfer_of(run)
    there = {"new": run.state == State.APPLIED, "deleted": run.state != State.APPLIED, "refused": False}
    is_record = there.get(kind, True)
    meta = transfer.listed._meta
    if (
        not is_record
        or transfer.listed is not transfer.model
        or not request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
    ):
        return ""
    return opening_page(transfer.listed)


# --- what happened --------------------------------------------------------------------------------------------------


def change_sets(request: HttpRequest, run: ImportRun) -> list[tuple[str, str]]:
    """The change sets of the import and of its undo, for those who may look at them."""
    if not request.user.has_perm("changes.view_changeset"):
        return []
    words = {run.apply_job: _("What it changed"), run.undo_job: _("What the undo changed")}
    sets = ChangeSet.objects.filter(job_id__in=[job for job in words if job is not None]).order_by("pk")
    url = "changes_changeset_change"
    return [(f"{words[one.job_id]} ({one})", _url(url, one.pk)) for one in sets]


def facts(run: ImportRun) -> list[tuple[str, Any]]:
    """How the file was read and what was asked for, in words."""
    options = options_of(run)
    told = [(_("Read as"), ", ".join(shape_words(run))), (_("Asked for"), ", ".join(option_words(options)))]
    into = into_record(transfer_of(run), options.into)
    return [(capfirst(str(into._meta.verbose_name)), str(into)), *told] if into else told


def shape_words(run: ImportRun) -> list[str]:
    """The form of the file."""
    shape = Shape.from_json(run.shape)
    if shape.kind == "xlsx":
        return [_("Excel workbook"), *([_("sheet “%(sheet)s”") % {"sheet": shape.sheet}] if shape.sheet else [])]
    divider = _("tab") if shape.delimiter == "\t" else shape.delimiter
    return [_("CSV"), encoding_label(shape.encoding), _("divided by %(what)s") % {"what": f"“{divider}”"}]


def option_words(options: Options) -> list[str]:
    """What was chosen to happen."""
    said = [str(Strategy(options.strategy).label), str(Blank(options.blank).label)]
    said += [_("missing groups and terms are created")] if options.create_missing else []
    said += [_("all rows or none")] if options.all_or_nothing else []
    said += [_("every row is looked at anew")] if options.check_everything else []
    return [said[0], *(word[:1].lower() + word[1:] for word in said[1:])]


def undo_counts(run: ImportRun) -> list[tuple[Any, ...]]:
    """What an undo did, as tiles."""
    report = run.counts.get("undo", {})
    return [
        (_("Deleted"), report.get("deleted", 0)),
        (_("Restored"), report.get("restored", 0)),
        (_("Brought back"), report.get("returned", 0)),
        (_("Left as they are"), report.get("left", 0), "warning" if report.get("left") else ""),
        *([(_("Booked back"), report["taken_back"])] if report.get("taken_back") else []),
    ]


def kind_of_table(model: Any, table: str) -> str:
    """A kind of record in words."""
    return capfirst(str(model._meta.verbose_name_plural)) if model is not None else table


def _upload_url(transfer: Transfer) -> str:
    try:
        return file_page_url(transfer, "import_button")
    except (NotRegistered, NoReverseMatch):
        return ""


def _url(name: str, *args: Any) -> str:
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return ""
