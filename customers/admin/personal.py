"""What is held about a person: a page, a file for them, and the erasure they may ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.admin.base import change_url, changelist_url
from customers.models import Contact
from customers.personal.erasing import refuse_erasure
from customers.personal.telling import as_json, sections
from customers.tasks import ERASE
from foundation.changes.audit import audit
from foundation.jobs.services import enqueue
from foundation.ui.pages import confirm_page, hub_page, is_confirmed
from foundation.ui.theme import action

TELL_RIGHT, ERASE_RIGHT = "customers.tell_contact", "customers.erase_contact"


class EraseForm(forms.Form):
    """Nobody erases by a click in passing."""

    sure = forms.BooleanField(label=gettext_lazy("The person asked for it, and nobody can take it back"))


class PersonalDataPages:
    """For the ModelAdmin of contacts."""

    actions_detail = ("personal_data",)

    def get_urls(self) -> list[URLPattern]:
        """Add the pages."""
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("<int:object_id>/personal-data.json", view(self.personal_data_file), name="customers_contact_told"),
            path("<int:object_id>/erase/", view(self.erase), name="customers_contact_erase"),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def has_tell_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May give a person what is held about them."""
        return request.user.has_perm(TELL_RIGHT)

    @action(description=gettext_lazy("Personal data"), permissions=["tell"], url_path="personal-data")
    def personal_data(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Everything held about the person, to read."""
        contact = self._told_person(request, object_id, TELL_RIGHT)
        context = {
            "contact": contact,
            "sections": sections(contact),
            "file_url": reverse("admin:customers_contact_told", args=[contact.pk]),
            "erase_url": _erase_url(contact) if request.user.has_perm(ERASE_RIGHT) else "",
        }
        return hub_page(
            request,
            "customers/admin/personal_data.html",
            title=_("Personal data"),
            context=context,
            parents=_parents(contact),
        )

    def personal_data_file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The same as a file."""
        contact = self._told_person(request, str(object_id), TELL_RIGHT)
        audit("personal_data.told", actor=request.user, subject=contact)
        answer = JsonResponse(as_json(contact), json_dumps_params={"indent": 2, "ensure_ascii": False})
        answer["Content-Disposition"] = f'attachment; filename="personal-data-{contact.pk}.json"'
        return answer

    def erase(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask, then leave it to a job."""
        contact = self._told_person(request, str(object_id), ERASE_RIGHT)
        try:
            refuse_erasure(contact)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(change_url(contact))
        form = EraseForm(request.POST if is_confirmed(request) else None, label_suffix="")
        if form.is_valid():
            owner: Any = request.user
            job = enqueue(ERASE, owner=owner, args={"contact": contact.pk}, key=f"{ERASE}:{contact.pk}")
            return redirect(job.get_absolute_url())
        return _ask(request, contact, form)

    def _told_person(self, request: HttpRequest, object_id: str, right: str) -> Contact:
        if not request.user.has_perm(right):
            raise PermissionDenied
        contact: Contact | None = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if contact is None:
            raise Http404
        return contact


def _ask(request: HttpRequest, contact: Contact, form: EraseForm) -> HttpResponse:
    return confirm_page(
        request,
        title=_("Erase a person"),
        question=_("Erase “%(name)s” everywhere?") % {"name": contact},
        details=[
            _(
                "Name, title, e-mail address and phone numbers go, in the record and in its history;"
                " the sign-in is closed."
            ),
            _(
                "Notes, messages, checked and stored files, results of jobs and the audit log are looked through, too."
                " A file that names the person is emptied."
            ),
            _("The record stays without the person, and so do documents, sums, numbers and the country of tax."),
            _("No undo brings the data back. Backups made before still hold it until they are thrown away."),
        ],
        submit=_("Erase for good"),
        cancel_url=change_url(contact),
        dangerous=True,
        form=form,
        parents=_parents(contact),
    )


def _erase_url(contact: Contact) -> str:
    return reverse("admin:customers_contact_erase", args=[contact.pk])


def _parents(contact: Contact) -> list[tuple[Any, str]]:
    return [(_("Contacts"), changelist_url(Contact)), (str(contact), change_url(contact))]
