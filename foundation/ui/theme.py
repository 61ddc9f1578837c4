"""The one module that knows which admin look is used (HUB_ADMIN_THEME); everybody imports admin classes from here.

Both looks give the same names with the same meaning; `foundation/ui/plain.py` supplies what Django lacks.
"""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from import_export import admin as import_export

if TYPE_CHECKING or settings.ADMIN_THEME != "unfold":
    from foundation.ui import plain as look
    from foundation.ui.plain import (
        AdminPasswordChangeForm,
        AdminSite,
        AutocompleteSelectFilter,
        BooleanRadioFilter,
        CheckboxInput,
        ChoicesDropdownFilter,
        DropdownFilter,
        ExportForm,
        FieldTextFilter,
        ImportForm,
        RadioFilter,
        RangeDateFilter,
        RangeNumericFilter,
        RelatedDropdownFilter,
        Select,
        SelectableFieldsExportForm,
        StackedInline,
        TabularInline,
        Textarea,
        TextFilter,
        TextInput,
        UserChangeForm,
        UserCreationForm,
        action,
        display,
    )
else:
    from unfold import admin as look
    from unfold.admin import StackedInline, TabularInline
    from unfold.contrib.filters.admin import (
        AutocompleteSelectFilter,
        BooleanRadioFilter,
        ChoicesDropdownFilter,
        DropdownFilter,
        FieldTextFilter,
        RadioFilter,
        RangeDateFilter,
        RangeNumericFilter,
        RelatedDropdownFilter,
        TextFilter,
    )
    from unfold.contrib.import_export.forms import ExportForm, ImportForm, SelectableFieldsExportForm
    from unfold.decorators import action, display
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
    from unfold.sites import UnfoldAdminSite as AdminSite
    from unfold.widgets import UnfoldAdminSelectWidget as Select
    from unfold.widgets import UnfoldAdminTextareaWidget as Textarea
    from unfold.widgets import UnfoldAdminTextInputWidget as TextInput
    from unfold.widgets import UnfoldBooleanWidget as CheckboxInput


class ModelAdmin(look.ModelAdmin):
    """A record in the admin, with what all of ours have in common.

    Beyond Django's options both looks know `actions_list` and `actions_detail`: names of methods marked with `@action`
    that become buttons above the list and above the form. Other options of Unfold only change how it looks.
    """

    list_filter_submit = True  # several filters, one load of a list that may be long
    warn_unsaved_form = True
    list_per_page = 50
    show_full_result_count = False  # counting everything a second time only to print it
    opens_on = "change"  # the page a record opens on: its form, or a page of its own (foundation.ui.record_page)


class ImportExportForms:
    """The look's forms for django-import-export."""

    import_form_class: Any = ImportForm
    export_form_class: Any = SelectableFieldsExportForm


class ImportMixin(ImportExportForms, import_export.ImportMixin):
    """Import button and pages for a ModelAdmin."""


class ExportMixin(ImportExportForms, import_export.ExportMixin):
    """Export button and page for a ModelAdmin."""


class ImportExportMixin(ImportExportForms, import_export.ImportExportMixin):
    """Import and export buttons and pages for a ModelAdmin."""


class ExportActionMixin(ImportExportForms, import_export.ExportActionMixin):
    """Export of the selected rows as an action of the list."""


__all__ = [
    "AdminPasswordChangeForm",
    "AdminSite",
    "AutocompleteSelectFilter",
    "BooleanRadioFilter",
    "CheckboxInput",
    "ChoicesDropdownFilter",
    "DropdownFilter",
    "ExportActionMixin",
    "ExportForm",
    "ExportMixin",
    "FieldTextFilter",
    "ImportExportMixin",
    "ImportForm",
    "ImportMixin",
    "ModelAdmin",
    "RadioFilter",
    "RangeDateFilter",
    "RangeNumericFilter",
    "RelatedDropdownFilter",
    "Select",
    "SelectableFieldsExportForm",
    "StackedInline",
    "TabularInline",
    "TextFilter",
    "TextInput",
    "Textarea",
    "UserChangeForm",
    "UserCreationForm",
    "action",
    "display",
]
