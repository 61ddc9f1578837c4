"""How an import, its preview, its errors and its undo read in JSON, and what a program sends."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.jobs.models import Job
from foundation.transfers.importing.preview import KINDS
from foundation.transfers.importing.requests import Wishes
from foundation.transfers.mapping import Mapping
from foundation.transfers.models import ImportRun
from foundation.transfers.options import Blank, Options, Strategy
from foundation.transfers.reading import ENCODINGS, encoding_label
from foundation.transfers.registry import transfers

State = ImportRun.State
LARGEST_PAGE, LAST_PAGE = 200, 1_000_000
TAB = "tab"
DELIMITERS = ((",", "comma"), (";", "semicolon"), (TAB, "tab"), ("|", "bar"))


# --- what a program sends -------------------------------------------------------------------------------------------


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"type": "array", "items": {"type": "object"}},
        ]
    }
)
class MappingField(serializers.JSONField):
    """A mapping of columns, as JSON."""

    def to_internal_value(self, data: Any) -> Mapping:
        """Return the mapping, or say why it is none."""
        try:
            return Mapping.from_json(super().to_internal_value(data))
        except RecursionError:
            return self.fail("invalid")
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class UploadSerializer(serializers.Serializer[Any]):
    """A file to import, and how it is to be taken."""

    file = serializers.FileField(help_text="CSV or XLSX; the first bytes decide which.", max_length=200)
    what = serializers.ChoiceField(
        [(transfer.slug, transfer.title) for transfer in transfers()], help_text="The kind of records in the file."
    )
    mode = serializers.ChoiceField(
        [("check", "only say what would happen"), ("import", "write the good rows straight after the check")],
        default="check",
        help_text="After `check`, look at the counts and rows, then apply.",
    )
    profile = serializers.CharField(
        required=False, max_length=100, help_text="Name of a saved import profile; what is sent beside it counts first."
    )
    mapping = MappingField(
        required=False,
        help_text='`{"Name": "customer_name"}`, or the list of a profile. Without it the headers are understood '
        "by name and alias.",
    )
    encoding = serializers.ChoiceField(
        [(code, encoding_label(code)) for code in ENCODINGS], required=False, help_text="Else the file is looked at."
    )
    delimiter = serializers.ChoiceField(DELIMITERS, required=False, help_text="Else the file is looked at.")
    strategy = serializers.ChoiceField(Strategy.choices, required=False, help_text="Else `upsert`.")
    into = serializers.CharField(
        required=False, max_length=255, help_text="Name or key of what the file goes into: of prices, the price list."
    )
    blank = serializers.ChoiceField(Blank.choices, required=False, help_text="What a blank cell means. Else `keep`.")
    create_missing = serializers.BooleanField(
        required=False, allow_null=True, help_text="Make groups and terms that rows name and that do not exist."
    )
    all_or_nothing = serializers.BooleanField(
        required=False, allow_null=True, help_text="One refused row keeps all others out."
    )

    def wishes(self) -> Wishes:
        """What was sent, as the service takes it."""
        sent = self.validated_data
        options = {name: sent.get(name) for name in ("strategy", "blank", "create_missing", "all_or_nothing")}
        delimiter = sent.get("delimiter", "")
        return Wishes(
            profile=sent.get("profile", ""),
            mapping=sent.get("mapping"),
            encoding=sent.get("encoding", ""),
            delimiter="\t" if delimiter == TAB else delimiter,
            options={name: value for name, value in options.items() if value is not None},
            into=sent.get("into", ""),
            apply=sent["mode"] == "import",
        )


class ApplySerializer(serializers.Serializer[Any]):
    """Which check the caller has seen."""

    check_token = serializers.UUIDField(help_text="`check_token` of the import as it was read.")


class UndoSerializer(serializers.Serializer[Any]):
    """Whether to do it or only to work it out."""

    dry_run = serializers.BooleanField(default=False, help_text="Only work out what an undo would do.")


class PageQuerySerializer(serializers.Serializer[Any]):
    """Which page."""

    page = serializers.IntegerField(default=1, min_value=1, max_value=LAST_PAGE)
    page_size = serializers.IntegerField(default=50, min_value=1, max_value=LARGEST_PAGE)


class RowsQuerySerializer(PageQuerySerializer):
    """Which rows."""

    kind = serializers.ChoiceField(KINDS, default="new", help_text="What would become of them.")


# --- an import ------------------------------------------------------------------------------------------------------


class CountsSerializer(serializers.Serializer[Any]):
    """Rows of the file by what becomes of them; `errors` counts messages."""

    read = serializers.IntegerField()
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    deleted = serializers.IntegerField(default=0, help_text="Rows that say their record is to go.")
    left = serializers.IntegerField(help_text="Rows the strategy leaves alone.")
    refused = serializers.IntegerField()
    errors = serializers.IntegerField()
    notes = serializers.ListField(
        child=serializers.CharField(),
        default=list,
        help_text="What to hear of the rows, such as former codes they name.",
    )
    created = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Records that rows name and that are made on the way: names by kind.",
    )


class ProgressSerializer(serializers.Serializer[Any]):
    """How far the present step has come."""

    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    message = serializers.CharField(allow_blank=True)


class OptionsSerializer(serializers.Serializer[Any]):
    """How the file is taken."""

    strategy = serializers.ChoiceField(Strategy.choices)
    blank = serializers.ChoiceField(Blank.choices)
    create_missing = serializers.BooleanField()
    all_or_nothing = serializers.BooleanField()


class ShapeSerializer(serializers.Serializer[Any]):
    """How the bytes are read."""

    kind = serializers.CharField()
    encoding = serializers.CharField()
    delimiter = serializers.CharField(trim_whitespace=False)
    sheet = serializers.CharField(allow_blank=True)
    header_line = serializers.IntegerField()


class LinksSerializer(serializers.Serializer[Any]):
    """Where to go from here; null is what cannot be done or read now."""

    self = serializers.URLField()
    page = serializers.URLField(help_text="For people.")
    rows = serializers.URLField(allow_null=True)
    errors = serializers.URLField(allow_null=True)
    refused = serializers.URLField(allow_null=True, help_text="CSV to mend and send again.")
    apply = serializers.URLField(allow_null=True)
    cancel = serializers.URLField(allow_null=True)
    undo = serializers.URLField(allow_null=True)


class ImportSerializer(serializers.ModelSerializer[ImportRun]):
    """One file on its way: checked, applied, perhaps undone. `context["jobs"]` holds the jobs at work by number."""

    sha256 = serializers.CharField(source="digest")
    counts = serializers.SerializerMethodField(help_text="Null until the file is checked.")
    progress = serializers.SerializerMethodField(help_text="Null while no job is at work.")
    into = serializers.SerializerMethodField(help_text="Key of what the file goes into: of prices, the price list.")
    options = serializers.SerializerMethodField()
    shape = ShapeSerializer()
    mapping = serializers.ListField(child=serializers.DictField(), help_text="Which header fills which column.")
    unknown_columns = serializers.ListField(
        source="unknown_headers", child=serializers.CharField(), help_text="Headers that nothing reads."
    )
    error = serializers.CharField(help_text="A sentence when the last step came to nothing, else empty.")
    links = serializers.SerializerMethodField()

    class Meta:
        model = ImportRun
        fields = (
            *("id", "what", "name", "size", "sha256", "state", "check_token", "counts", "progress", "error"),
            *("shape", "mapping", "into", "options", "unknown_columns"),
            *("created_at", "checked_at", "applied_at", "undone_at", "links"),
        )
        read_only_fields = fields

    @extend_schema_field(CountsSerializer(allow_null=True))
    def get_counts(self, run: ImportRun) -> Any:
        """Return the counts of the last check."""
        return CountsSerializer(run.counts).data if run.counts else None

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, run: ImportRun) -> Any:
        """Return how far the job is that is at work."""
        job: Job | None = self.context["jobs"].get(job_number(run))
        return ProgressSerializer(job.progress).data if job else None

    def get_into(self, run: ImportRun) -> int | None:
        """Return the key of the record the whole file goes into."""
        return Options.from_json(run.options).into

    @extend_schema_field(OptionsSerializer)
    def get_options(self, run: ImportRun) -> Any:
        """Return the options a program may choose."""
        return OptionsSerializer(Options.from_json(run.options)).data

    @extend_schema_field(LinksSerializer)
    def get_links(self, run: ImportRun) -> dict[str, str | None]:
        """Return what can be done and read now."""
        view, request = self.context["view"], self.context["request"]
        is_checked = bool(run.counts) and not run.is_busy and run.state != State.FAILED
        open_now = {
            "detail": True,
            "rows": is_checked,
            "errors": is_checked,
            "refused": is_checked and run.counts["refused"] > 0,
            "apply": run.state == State.CHECKED,
            "cancel": run.is_busy,
            "undo": run.state in (State.APPLIED, State.UNDONE),
        }
        links = {name: view.reverse_action(name, [run.pk]) if is_open else None for name, is_open in open_now.items()}
        return {"self": links.pop("detail"), "page": request.build_absolute_uri(run.get_absolute_url())} | links


def job_number(run: ImportRun) -> int | None:
    """The job that is at work on a run."""
    return {State.CHECKING: run.check_job, State.APPLYING: run.apply_job, State.UNDOING: run.undo_job}.get(
        State(run.state)
    )


# --- its rows, errors and undo --------------------------------------------------------------------------------------


class PageSerializer(serializers.Serializer[Any]):
    """A page of something."""

    count = serializers.IntegerField(help_text="Of all pages.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class CellErrorSerializer(serializers.Serializer[Any]):
    """One thing wrong with a row."""

    column = serializers.CharField(allow_blank=True, help_text="Empty: the whole row.")
    value = serializers.CharField(allow_blank=True)
    rule = serializers.CharField(source="code", help_text="Stable word for programs.")
    message = serializers.CharField()


class ErrorSerializer(serializers.Serializer[Any]):
    """One thing wrong with a row, and where the row begins."""

    line = serializers.IntegerField(help_text="Physical line, the header being line 1.")
    column = serializers.CharField(allow_blank=True, help_text="Empty: the whole row.")
    value = serializers.CharField(allow_blank=True)
    rule = serializers.CharField(help_text="Stable word for programs.")
    message = serializers.CharField()


class ErrorPageSerializer(PageSerializer):
    """Errors of all rows, by line."""

    results = ErrorSerializer(many=True)


class CellChangeSerializer(serializers.Serializer[Any]):
    """A field that gets another value."""

    field = serializers.CharField(source="label")
    old = serializers.CharField(allow_blank=True)
    new = serializers.CharField(allow_blank=True)


class RowSerializer(serializers.Serializer[Any]):
    """A row of the file and what would become of it."""

    line = serializers.IntegerField(help_text="Physical line, the header being line 1.")
    record = serializers.IntegerField(
        source="key", allow_null=True, help_text="Id of the record; of a new one, the id it gets."
    )
    name = serializers.CharField(allow_blank=True, help_text="Of a refused row: its cells.")
    changes = CellChangeSerializer(many=True)
    errors = CellErrorSerializer(many=True)


class RowPageSerializer(PageSerializer):
    """Rows of one kind, by line."""

    results = RowSerializer(many=True)


class TableCountsSerializer(serializers.Serializer[Any]):
    """What an undo does to records of one kind."""

    what = serializers.CharField()
    delete = serializers.IntegerField(help_text="Made by the import.")
    restore = serializers.IntegerField(help_text="Changed by the import.")
    bring_back = serializers.IntegerField(help_text="Deleted by the import.")
    left = serializers.IntegerField(help_text="Stay as they are, wholly or in a field.")


class LeftSerializer(serializers.Serializer[Any]):
    """A record that an undo leaves, and why."""

    what = serializers.CharField()
    record = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    fields_left = serializers.ListField(child=serializers.CharField(), help_text="Empty: the whole record.")
    reason = serializers.CharField()


class UndoPlanSerializer(PageSerializer):
    """What an undo would do, or did; `results` are the records it leaves."""

    state = serializers.ChoiceField(
        [
            ("none", "nobody has asked"),
            ("preparing", "being worked out"),
            ("ready", "what would be done"),
            ("done", "what was done"),
        ]
    )
    caution = serializers.CharField(allow_blank=True, help_text="What goes besides, where that is more than rows say.")
    taken_back = serializers.IntegerField(help_text="Bookings of stock that are booked back.")
    below_zero = serializers.ListField(
        child=serializers.CharField(), help_text="The first levels of stock that fall below zero by that."
    )
    below_zero_total = serializers.IntegerField(help_text="How many levels those are.")
    tables = TableCountsSerializer(many=True)
    results = LeftSerializer(many=True)
