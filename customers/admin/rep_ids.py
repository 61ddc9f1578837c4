"""The ordered list of rep ids on the customer's form: what the back office sent, and what was set by hand instead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customers.models.customer import REP_ID_LENGTH

RESET = "{}_reset"


class RepIdsWidget(forms.Widget):
    """One text field per rep id, with buttons to move, remove and add; works as plain fields without scripts."""

    template_name = "customers/admin/rep_ids.html"
    sent: list[str]
    override: list[str] | None

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.sent, self.override = [], None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The list as it stands in the form, and where each id comes from."""
        context = super().get_context(name, value, attrs)
        known = {rep_id.lower() for rep_id in self.sent}
        ids, reset = value if isinstance(value, tuple) else (self.sent if value is None else value, False)
        context["widget"] |= {
            "rows": [(rep_id, rep_id.strip().lower() in known) for rep_id in ids],
            "sent": self.sent,
            "is_override": self.override is not None,
            "reset_name": RESET.format(name),
            "reset": reset,
            "max_length": REP_ID_LENGTH,
        }
        return context

    def _render(self, template_name: str, context: Any, renderer: Any = None) -> SafeString:
        """Draw with the project's templates; those of forms know only Django's own."""
        return render_to_string(template_name, context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[list[str], bool]:
        """The ids in the order of their fields, blanks left out, and whether to go back to the sent list."""
        typed = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name) or []
        return [rep_id.strip() for rep_id in typed if rep_id.strip()], bool(data.get(RESET.format(name)))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """An emptied list sends nothing at all, which is an answer too."""
        return False

    def id_for_label(self, id_: str) -> str:
        """The label belongs to the field for a new id."""
        return f"{id_}_new" if id_ else id_


class RepIdsField(forms.Field):
    """What becomes of the hand override: None keeps to the back office's list, a list counts instead of it."""

    widget = RepIdsWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "required": False})

    def follow(self, sent: list[str], override: list[str] | None) -> None:
        """Say what the customer has now."""
        self.widget.sent, self.widget.override = sent, override

    def clean(self, value: tuple[list[str], bool] | None) -> list[str] | None:
        """The override to store; a list equal to the sent one, untouched by hand before, is no override."""
        ids, reset = value or ([], False)
        self._check(ids)
        if reset or (self.widget.override is None and ids == self.widget.sent):
            return None
        return ids

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what would be stored with what is."""
        try:
            return self.clean(data) != self.widget.override
        except forms.ValidationError:
            return True

    def _check(self, ids: list[str]) -> None:
        problems, seen = [], set()
        for rep_id in ids:
            if rep_id.lower() in seen:
                problems.append(_("“%s” is in the list twice.") % rep_id)
            if len(rep_id) > REP_ID_LENGTH:
                problems.append(
                    _("“%(id)s” is longer than %(limit)d characters.") % {"id": rep_id, "limit": REP_ID_LENGTH}
                )
            if ";" in rep_id:
                problems.append(_("“%s” has a semicolon, which separates rep ids in files.") % rep_id)
            seen.add(rep_id.lower())
        if problems:
            raise forms.ValidationError(problems)
