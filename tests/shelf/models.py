"""Boxes and what is in them."""

from django.db import models
from django.db.models import F
from django.db.models.functions import Upper

from foundation.changes.models import Tracked


class Colour(models.TextChoices):
    """Choices whose labels differ from what is stored."""

    RED = "red", "Bright red"
    BLUE = "blue", "Deep blue"


class Room(Tracked):
    """Where boxes stand."""

    name = models.CharField("name", max_length=50, unique=True)

    class Meta(Tracked.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class Box(Tracked):
    """A tracked record with a parent that protects it, a secret, a generated column and a label."""

    history_exclude = ("weight",)
    history_secret = ("secret",)

    name = models.CharField("name", max_length=50)
    colour = models.CharField("colour", max_length=10, choices=Colour, default=Colour.RED)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="boxes")
    price = models.DecimalField("price", max_digits=12, decimal_places=2, default=0)
    made_on = models.DateField("made on", null=True, blank=True)
    codes = models.JSONField("codes", default=list, blank=True)
    secret = models.CharField("secret", max_length=50, blank=True)
    weight = models.IntegerField("weight", default=0)
    loud_name = models.GeneratedField(
        expression=Upper(F("name")), output_field=models.CharField(max_length=50), db_persist=True
    )

    class Meta(Tracked.Meta):
        verbose_name_plural = "boxes"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="box_price", violation_error_message="A price is never negative."
            )
        ]

    def __str__(self) -> str:
        return self.name


class Item(Tracked):
    """A child of a box: goes with it."""

    box = models.ForeignKey(Box, on_delete=models.CASCADE, related_name="items")
    label = models.CharField("label", max_length=50)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Tracked.Meta):
        pass

    def __str__(self) -> str:
        return self.label
