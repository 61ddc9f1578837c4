"""What Django's own admin lacks beside Unfold, done by us: buttons, filters with fields, decorated columns."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string

from foundation.identity.models import User
from foundation.ui import plain
from foundation.ui.plain_filters import FieldTextFilter, RangeDateFilter, RangeNumericFilter, TextFilter


class ColumnAdmin:
    @plain.display(description="State", label={"new": "info"})
    def state(self, row):
        return ("new", "Newly made")

    @plain.display(header=True)
    def name(self, row):
        return ["Ada", "ada@hub.example", {"path": "/picture"}]

    @plain.display(boolean=True, ordering="active")
    def active(self, row):
        return True


def test_decorated_columns_become_words():
    columns = ColumnAdmin()
    assert columns.state(None) == "Newly made"
    assert columns.name(None) == "Ada · ada@hub.example"
    assert (columns.active.boolean, columns.active.admin_order_field) == (True, "active")


class ButtonAdmin(plain.ModelAdmin):
    actions_list = ("start_all",)
    actions_detail = ("start",)

    @plain.action(description="Start all", permissions=["add"], icon="play")
    def start_all(self, request):
        return "started all"

    @plain.action(description="Start", url_path="start-it", permissions=["auth.change_group"])
    def start(self, request, object_id):
        return f"started {object_id}"


@pytest.fixture
def buttons():
    return ButtonAdmin(Group, admin.site)


def test_buttons_have_addresses_of_their_own(buttons):
    found = {pattern.name: str(pattern.pattern) for pattern in buttons.get_urls()}
    assert found["auth_group_start_all"] == "start_all/"
    assert found["auth_group_start"] == "<path:object_id>/start-it/"


def test_button_refuses_whom_it_is_not_meant_for(buttons, rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        buttons.start(request, object_id="1")
    assert buttons._buttons(request, []) == []


def test_button_works_for_whom_it_is_meant_for(buttons, rf):
    request = rf.get("/")
    request.user = User(is_superuser=True, is_active=True)
    assert buttons.start(request, object_id="1") == "started 1"
    assert buttons.start_all(request) == "started all"


def _filter(filter_class, field_name, params, rf):
    field = User._meta.get_field(field_name)
    return filter_class(field, rf.get("/"), {k: [v] for k, v in params.items()}, User, None, field_name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"date_joined_from": "2026-02-01"}, ["Late"]),
        ({"date_joined_to": "2026-01-31"}, ["Early"]),
        ({"date_joined_from": "2026-01-01", "date_joined_to": "2026-03-01"}, ["Early", "Late"]),
        ({"date_joined_from": "2026-02-30"}, ["Early", "Late"]),
    ],
)
def test_date_range_includes_both_days_and_leaves_nonsense_out(rf, params, names):
    for name, day in (("Early", "2026-01-31T12:00Z"), ("Late", "2026-03-01T12:00Z")):
        User.objects.create_staff(f"{name}@hub.example", name=name, date_joined=day)

    found = _filter(RangeDateFilter, "date_joined", params, rf).queryset(None, User.objects.order_by("name"))

    assert [user.name for user in found] == names


@pytest.mark.django_db
def test_number_range_reads_numbers_only(rf):
    users = [User.objects.create_staff(f"{n}@hub.example") for n in range(3)]
    params = {"id_from": str(users[1].pk), "id_to": "many"}
    assert list(_filter(RangeNumericFilter, "id", params, rf).queryset(None, User.objects.order_by("id"))) == users[1:]


def test_filter_with_fields_keeps_the_rest_of_the_address(rf):
    text = _filter(FieldTextFilter, "name", {"name__icontains": "ada"}, rf)
    changelist = SimpleNamespace(params={"q": "x", "name__icontains": "ada"})

    html = render_to_string(
        "themes/plain/admin/filter_form.html", {"title": "name", "choices": list(text.choices(changelist))}
    )

    assert '<input type="hidden" name="q" value="x">' in html
    assert '<input type="search" name="name__icontains" value="ada">' in html


def test_word_filter_offers_a_field_without_choices(rf):
    class ByWord(TextFilter):
        title, parameter_name = "word", "word"

        def queryset(self, request, queryset):
            return queryset

    word = ByWord(rf.get("/"), {"word": ["a"]}, User, None)

    assert word.has_output()
    (choice,) = word.choices(SimpleNamespace(params={"word": "a"}))
    assert choice["fields"] == [{"name": "word", "label": "word", "value": "a", "type": "search"}]


def test_dates_are_shown_in_the_order_that_sorts(settings):
    from django.utils import formats

    assert formats.date_format(date(2026, 11, 2)) == "2026-11-02"
