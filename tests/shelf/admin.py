"""The shelf in the admin."""

from django.contrib import admin

from foundation.changes.admin import TrackedModelAdmin
from foundation.ui.theme import TabularInline
from tests.shelf.models import Box, Item, Room


class ItemInline(TabularInline):
    """What is in a box."""

    model = Item
    extra = 0


@admin.register(Room)
class RoomAdmin(TrackedModelAdmin):
    """Rooms."""

    search_fields = ["name"]


@admin.register(Box)
class BoxAdmin(TrackedModelAdmin):
    """Boxes; what they weigh is not for people to set."""

    fields = ["name", "colour", "room", "price", "made_on", "codes", "secret"]
    inlines = [ItemInline]
    history_children = ["items"]
    actions = ["paint_blue"]

    @admin.action(description="Paint blue")
    def paint_blue(self, request, queryset):
        """Change the selected rows at once."""
        queryset.update(colour="blue")
