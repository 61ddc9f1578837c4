"""Lines of products alone in the order of the products: their keys, below zero, ran backwards."""

from django.db import migrations

VIEW = """
CREATE OR REPLACE VIEW catalog_inventoryline AS
SELECT s.id, s.product_id, s.warehouse_id, s.unit_id, s.quantity, p.inventory_status, s.version + p.version AS version
FROM catalog_stocklevel s JOIN catalog_product p ON p.id = s.product_id
UNION ALL
SELECT {key}, p.id, NULL, NULL, NULL, p.inventory_status, p.version FROM catalog_product p
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0009_stock_fits_unit"),
    ]

    operations = [
        migrations.RunSQL(VIEW.format(key="p.id - 1000000000000000"), VIEW.format(key="-p.id")),
    ]
