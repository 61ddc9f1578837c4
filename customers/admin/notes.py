"""Notes: their list, their form, the panel on a customer's page, the download of what is attached."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from customers.admin.filters import DayRangeFilter, ScopedSelectFilter
from customers.admin.people import OfCustomerAdmin
from customers.admin.scope import within_scope
from customers.models import Customer, Note, NoteFile
from customers.noting.kinds import ACCEPTED
from customers.noting.writing import note_write
from foundation.ui.links import record_url
from foundation.ui.once import FIELD, reserve_key, reserved_key
from foundation.ui.pages import hub_page
from foundation.ui.panel_lists import by_words, list_page
from foundation.ui.record_page import BACK, edit_below_url
from foundation.ui.theme import TabularInline, Textarea, display

search_notes = by_words("text", "author__name", "files__name")


class NoteFileInline(TabularInline):
    """What hangs on a note; new files come with new notes."""

    model = NoteFile
    fields = ["download", "size"]
    readonly_fields = ["download", "size"]
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Files are attached where notes are written."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the note."""
        return request.user.has_perm("customers.view_note")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change the note."""
        return request.user.has_perm("customers.change_note")

    @display(description=gettext_lazy("File"))
    def download(self, file: NoteFile) -> Any:
        """The name, leading to the file."""
        return file_link(file)

    @display(description=gettext_lazy("Bytes"))
    def size(self, file: NoteFile) -> int:
        """How big it is."""
        return file.content.size

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the contents."""
        return super().get_queryset(request).select_related("content")


def file_link(file: NoteFile) -> Any:
    """A file's name as a link to it; the bare name where the content is no longer kept."""
    if not file.content.file:
        return _("%(name)s (no longer kept)") % {"name": file.name}
    return format_html('<a href="{}">{}</a>', file.get_absolute_url(), file.name)


class NoteForm(forms.Form):
    """A new note; the files are judged by their content when it is written."""

    text = forms.CharField(label=gettext_lazy("Note"), widget=Textarea({"rows": 3}), max_length=20_000)


@admin.register(Note)
class NoteAdmin(OfCustomerAdmin):
    """Notes of all customers."""

    list_display = ["__str__", "customer_link", "author", "created_at"]
    list_filter = [("customer", ScopedSelectFilter), ("created_at", DayRangeFilter)]
    list_select_related = ["customer", "author"]
    search_fields = ["text"]
    ordering = ["-created_at", "-pk"]
    fields = ["customer", "text", "author"]
    readonly_fields = ["author"]
    inlines = [NoteFileInline]
    history_children = ("files",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Sign a new note."""
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        """Writing from a customer's page, and downloading."""
        view = self.admin_site.admin_view
        return [
            path("write/<int:customer_id>/", view(self.write), name="customers_note_write"),
            path("file/<int:file_id>/", never_cache(view(self.download)), name="customers_note_file"),
            *super().get_urls(),
        ]

    def write(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        """Write a note about a customer; what cannot be written is asked for again, the text kept."""
        customer = get_object_or_404(within_scope(Customer.objects.all(), request.user), pk=customer_id)
        if not self.has_add_permission(request) or not request.user.has_perm("customers.view_customer"):
            raise PermissionDenied
        form = NoteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._written(request, customer, form)
            except ValidationError as error:
                form.add_error(None, error.messages)
        return hub_page(
            request,
            "customers/admin/note_form.html",
            title=_("New note"),
            context={"form": form, "accepted": ACCEPTED, "form_key": self._key(request), "back": record_url(customer)},
            parents=[(str(customer), record_url(customer))],
        )

    def _key(self, request: HttpRequest) -> str:
        return request.POST.get(FIELD) or reserve_key(Note, request.user)

    def _written(self, request: HttpRequest, customer: Customer, form: NoteForm) -> HttpResponseRedirect:
        note_write(
            customer=customer,
            author=request.user,
            text=form.cleaned_data["text"],
            files=request.FILES.getlist("files"),
            key=reserved_key(request.POST.get(FIELD, ""), Note, request.user),
        )
        return HttpResponseRedirect(f"{record_url(customer)}#panel-notes")

    def download(self, request: HttpRequest, file_id: int) -> HttpResponseBase:
        """Hand out a file of a note, always as a download, to those who may see the note."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        files = NoteFile.objects.select_related("content").filter(note__in=self.get_queryset(request).order_by())
        file = get_object_or_404(files, pk=file_id)
        try:
            content = file.content.file.open("rb")
        except (FileNotFoundError, ValueError):  # lost, or no longer kept
            raise Http404 from None
        answer = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.content.content_type)
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Remember whose page to go back to."""
        request.__dict__["hub_note_of"] = obj.customer
        super().delete_model(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        """Back to the customer's page, where one came from there."""
        answer = super().response_delete(request, obj_display, obj_id)
        customer = request.__dict__.get("hub_note_of")
        if request.GET.get(BACK) == "owner" and customer is not None:
            return HttpResponseRedirect(f"{record_url(customer)}#panel-notes")
        return answer


def notes(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """Panel: what colleagues wrote, newest first, and a field to write more."""
    user = request.user
    if not user.has_perm("customers.view_note"):
        return None
    rows = customer.notes.select_related("author").prefetch_related("files__content")
    found = list_page(request, rows, panel="notes", search=search_notes)
    may_add = user.has_perm("customers.add_note")
    if found.is_empty and not may_add:
        return None
    return {
        "list": found,
        "notes": [_shown(request, note) for note in found.page],
        "write_url": reverse("admin:customers_note_write", args=[customer.pk]) if may_add else "",
        "form_key": reserve_key(Note, user) if may_add else "",
        "accepted": ACCEPTED,
    }


def _shown(request: HttpRequest, note: Note) -> dict[str, Any]:
    may = request.user.has_perm
    delete = f"{reverse('admin:customers_note_delete', args=[note.pk])}?{BACK}=owner"
    return {
        "note": note,
        "files": [(file_link(file), file.content.size) for file in note.files.all()],
        "edit_url": edit_below_url(note) if may("customers.change_note") else "",
        "delete_url": delete if may("customers.delete_note") else "",
    }
