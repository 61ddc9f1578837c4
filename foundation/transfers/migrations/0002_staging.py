"""The schema in which files wait between check and import. Written by hand.

Its tables come and go with the runs: they are outside migrations, and a backup may leave the schema out.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("transfers", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SCHEMA IF NOT EXISTS staging", "DROP SCHEMA IF EXISTS staging CASCADE")]
