"""Cells that are more than text: yes and no, amounts, dates, choices.

Each reads what people write and refuses the rest with what it takes; what it renders, it reads again.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext as _

from foundation.transfers.columns import TextWidget
from foundation.transfers.options import DateStyle, NumberStyle, Options

TRUE_WORDS = ("1", "true", "yes", "on", "tak", "ja")
FALSE_WORDS = ("0", "false", "no", "off", "nie", "nein")

SPACES = " \u00a0\u202f\u2009'\u2019"  # between thousands, as spreadsheets of several countries write them
NUMBERS = {
    style: re.compile(rf"[+-]?([0-9]+|[0-9]{{1,3}}(?P<gap>[{gaps}])[0-9]{{3}}((?P=gap)[0-9]{{3}})*)([{point}][0-9]+)?")
    for style, gaps, point in ((NumberStyle.POINT, f",{SPACES}", "."), (NumberStyle.COMMA, f".{SPACES}", ","))
}
EXAMPLES = {NumberStyle.POINT: "1234.50, 1,234.50", NumberStyle.COMMA: "1234,50, 1 234,50, 1.234,50"}

ISO_DATE = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
DATES = {
    DateStyle.MONTH_FIRST: re.compile(r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})"),
    DateStyle.DAY_FIRST: re.compile(r"(?P<day>[0-9]{1,2})[./-](?P<month>[0-9]{1,2})[./-](?P<year>[0-9]{4})"),
}
DATE_EXAMPLES = {DateStyle.MONTH_FIRST: "2024-03-28, 03/28/2024", DateStyle.DAY_FIRST: "2024-03-28, 28.03.2024"}
TIME = re.compile(
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(\.(?P<fraction>[0-9]{1,6}))?)?"
    r" ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)


class FlagWidget(TextWidget):
    """Yes or no, in any case and in the languages of our offices."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:  # type: ignore[override]
        """Return what the cell says, None for a blank one; raises ValueError with the words that are taken."""
        word = str(value or "").strip().lower()
        if not word:
            return None
        if word in TRUE_WORDS or word in FALSE_WORDS:
            return word in TRUE_WORDS
        raise ValueError(
            _("“%(value)s” is neither yes nor no. Yes is one of %(yes)s; no is one of %(no)s.")
            % {"value": value, "yes": ", ".join(TRUE_WORDS), "no": ", ".join(FALSE_WORDS)}
        )

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return 1 or 0."""
        return "" if value is None else str(int(value))


class DecimalWidget(TextWidget):
    """An amount of `digits` digits at most, `places` of them after the point, written as the import's options say."""

    def __init__(self, *, digits: int, places: int) -> None:
        super().__init__()
        self.digits, self.places = digits, places

    def clean(  # type: ignore[override]
        self, value: Any, row: Any = None, *, options: Options | None = None, **kwargs: Any
    ) -> Decimal | None:
        """Return the amount, None for a blank cell; raises ValueError with what is wrong."""
        text = str(value or "").strip()
        if not text:
            return None
        style = NumberStyle((options or Options()).numbers)
        if not NUMBERS[style].fullmatch(text):
            raise ValueError(
                _("“%(value)s” is not a number such as %(examples)s.") % {"value": text, "examples": EXAMPLES[style]}
            )
        point = "." if style is NumberStyle.POINT else ","
        plain = "".join(mark for mark in text if mark.isdigit() or mark in ("+", "-", point))
        return self._fitting(text, Decimal(plain.replace(",", ".")))

    def _fitting(self, text: str, number: Decimal) -> Decimal:
        shortest = number.normalize() if number else Decimal(0)
        if -int(shortest.as_tuple().exponent) > self.places:
            raise ValueError(
                _("“%(value)s” has more than %(places)d digits after the point.")
                % {"value": text, "places": self.places}
            )
        largest = Decimal(10) ** (self.digits - self.places)
        if abs(number) >= largest:
            raise ValueError(_("“%(value)s” is too large: less than %(limit)s.") % {"value": text, "limit": largest})
        return number.quantize(Decimal(1).scaleb(-self.places))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the plain number: a point, no thousands, no exponent."""
        return "" if value is None else f"{value:f}"


class DateWidget(TextWidget):
    """A day: ISO 8601 always, else as the import's options say."""

    def clean(  # type: ignore[override]
        self, value: Any, row: Any = None, *, options: Options | None = None, **kwargs: Any
    ) -> date | None:
        """Return the day, None for a blank cell; raises ValueError with what is taken."""
        text, style = str(value or "").strip(), DateStyle((options or Options()).dates)
        return _day(text, text, style) if text else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return ISO 8601."""
        return "" if value is None else f"{value:%Y-%m-%d}".rjust(10, "0")


class DateTimeWidget(TextWidget):
    """A moment: ISO 8601, or a day as the import's options say and a time. Without a zone it is UTC."""

    def clean(  # type: ignore[override]
        self, value: Any, row: Any = None, *, options: Options | None = None, **kwargs: Any
    ) -> datetime | None:
        """Return the moment, None for a blank cell; raises ValueError with what is taken."""
        text, style = str(value or "").strip(), DateStyle((options or Options()).dates)
        if not text:
            return None
        day, _gap, time = text.replace("T", " ", 1).partition(" ")
        found = TIME.fullmatch(time) if time else None
        if time and not found:
            _refuse_date(text, style)
        try:
            return _moment(_day(text, day, style), found)
        except (ValueError, OverflowError):
            _refuse_date(text, style)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return ISO 8601 in UTC, with a fraction of a second only where there is one."""
        return "" if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _day(text: str, day: str, style: DateStyle) -> date:
    found = ISO_DATE.fullmatch(day) or DATES[style].fullmatch(day)
    try:
        return date(*(int(found[part]) for part in ("year", "month", "day"))) if found else _refuse_date(text, style)
    except ValueError:
        _refuse_date(text, style)


def _moment(day: date, time: re.Match[str] | None) -> datetime:
    """Put day and time together; a day alone begins at midnight."""
    if time is None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    fraction = int((time["fraction"] or "").ljust(6, "0"))
    clock = int(time["hour"]), int(time["minute"]), int(time["second"] or 0), fraction
    return datetime(day.year, day.month, day.day, *clock, tzinfo=_zone(time["zone"] or "Z")).astimezone(UTC)


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _refuse_date(text: str, style: DateStyle) -> NoReturn:
    raise ValueError(
        _("“%(value)s” is not a date such as %(examples)s.") % {"value": text, "examples": DATE_EXAMPLES[style]}
    )


class ChoiceWidget(TextWidget):
    """One of a few: its code, or the label people read, ignoring case."""

    def __init__(self, choices: type[models.TextChoices]) -> None:
        super().__init__()
        self.choices = choices

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        """Return the code, None for a blank cell; raises ValueError with the choices."""
        text = str(value or "").strip()
        if not text:
            return None
        words = {str(label).lower(): str(code) for code, label in self.choices.choices}
        words |= {str(code).lower(): str(code) for code in self.choices.values}
        if text.lower() in words:
            return words[text.lower()]
        raise ValueError(
            _("“%(value)s” is not one of %(choices)s.") % {"value": text, "choices": ", ".join(self.choices.values)}
        )
