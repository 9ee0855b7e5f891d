"""Times as instructors and learning systems write them, and the days that a zone's clocks count between two."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

NAMED = re.compile(r"^(?P<time>.*?[0-9])\s*\[?(?P<zone>[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*)\]?$")
MOODLE = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%d %B %Y, %I:%M %p", "%d %B %Y, %H:%M")  # in English


def moment(text: str, *, utc: bool = False, end: bool = False) -> datetime:
    """The time in a text that bears its zone (`utc`: UTC where it bears none); raises ValueError for anything else.

    Where the clocks are set back a time on them comes twice: the first is meant, with `end` the second.

    >>> moment("2026-11-22T23:59+01:00").isoformat()
    '2026-11-22T23:59:00+01:00'
    >>> moment("2026-11-22 23:59 Europe/Berlin").utcoffset() == timedelta(hours=1)
    True
    """
    needed = "needed a time with its zone, like 2026-11-22T23:59+01:00 or 2026-11-22T23:59 Europe/Berlin"
    text = text.strip()
    named = NAMED.match(text)
    if named and named["zone"] not in ("Z", "z"):
        try:
            zone = ZoneInfo(named["zone"])
            plain = datetime.fromisoformat(named["time"])
        except (KeyError, ValueError, OSError):  # no such zone, none installed, or no time
            raise ValueError(f"{needed}, came {text!r}") from None
        if plain.tzinfo is not None:
            raise ValueError(f"{needed}, came two zones, {text!r}")
        time = plain.replace(tzinfo=zone, fold=int(end))
        if time.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != plain:
            raise ValueError(f"needed a time that the clocks of {named['zone']} show, came {text!r}, which they skip")
        return time
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{needed}, came {text!r}") from None
    if time.tzinfo is None:
        if not utc:
            raise ValueError(f"{needed}, came {text!r}, which has none")
        time = time.replace(tzinfo=UTC)
    return time


def stamp(time: datetime) -> str:
    """A time as it is kept: UTC, to the second."""
    return time.astimezone(UTC).isoformat(sep=" ", timespec="seconds")


def started_days(due: datetime, handed: datetime) -> int:
    """The days begun since a deadline, each ending at the deadline's hour on its zone's clock."""
    handed = handed.astimezone(UTC)
    if handed <= due.astimezone(UTC):
        return 0
    days = max(0, (handed - due.astimezone(UTC)).days - 1)
    while (due + timedelta(days=days)).astimezone(UTC) < handed:  # adding days to a zone's time moves its clock's face
        days += 1
    return days


def in_table(text: str, zone: tzinfo | None) -> datetime:
    """A time as a table has it: with its zone, or on the clocks of the deadline's, also as Moodle writes it in English.

    >>> in_table("Sunday, 22 November 2026, 3:30 PM", UTC).isoformat()
    '2026-11-22T15:30:00+00:00'
    """
    for form in MOODLE:
        try:
            plain = datetime.strptime(text.strip(), form)
        except ValueError:
            continue
        break
    else:
        try:
            plain = datetime.fromisoformat(text.strip())
        except ValueError:
            return moment(text)
    if plain.tzinfo is not None:
        return plain
    if zone is None:
        return moment(text)
    return plain.replace(tzinfo=zone)
