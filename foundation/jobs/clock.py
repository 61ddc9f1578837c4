"""The clock leases and due times are read from: the database's, so that hosts need not agree."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now


@dataclass(frozen=True)
class Clock:
    """The database clock; tests move it `ahead` instead of waiting."""

    ahead: timedelta = timedelta()

    def now(self) -> Combinable:
        """This moment, as an expression the database evaluates."""
        if not self.ahead:
            return Now()
        return ExpressionWrapper(Now() + Value(self.ahead), output_field=DateTimeField())

    def after(self, wait: timedelta) -> Combinable:
        """The moment `wait` from now, as an expression the database evaluates."""
        return Clock(self.ahead + wait).now()

    def read(self) -> datetime:
        """This moment, asked of the database."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp()")
            (moment,) = cursor.fetchone()
        return moment + self.ahead


DATABASE_CLOCK = Clock()
