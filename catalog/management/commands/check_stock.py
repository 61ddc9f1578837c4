"""Prove that every stock level is the sum of its movements."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.models import Product, Unit, Warehouse
from catalog.services.stock import stock_mismatches


class Command(BaseCommand):
    """Exit code 0: all agree. 1: some differ, each of them named on its line."""

    help = "Compare every stock level with the sum of its movements."

    def handle(self, *args: Any, **options: Any) -> None:
        """Name every place where level and movements differ."""
        found = list(stock_mismatches())
        products, warehouses = _names(Product, [row[0] for row in found]), _names(Warehouse, [row[1] for row in found])
        units = _names(Unit, [row[2] for row in found])
        for product, warehouse, unit, level, booked in found:
            place = f"{products[product]}, warehouse {warehouses[warehouse]}, {units[unit]}"
            self.stderr.write(f"{place}: the level is {level.normalize():f}, its movements make {booked.normalize():f}")
        if found:
            raise CommandError(f"Levels that differ from their movements: {len(found)}.", returncode=1)
        self.stdout.write("Every stock level is the sum of its movements.")


def _names(model: Any, keys: list[int]) -> dict[int, str]:
    return {key: str(record) for key, record in model.objects.in_bulk(keys).items()}
