"""Late work: what counts as a day, whose deadline holds, and that a time nobody knows never costs anything silently."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homework.course import Course, UserError
from homework.people.clock import in_table, moment, started_days
from homework.people.lateness import (
    HandedIn,
    Late,
    Policy,
    deadline,
    extend,
    handed_in,
    judge,
    lateness,
    policy,
    read_stamp,
)

BERLIN = "2026-10-24T23:59 Europe/Berlin"  # the night after, the clocks are set back
RULE = Policy(timedelta(minutes=15), 0.1, 5)


def course(tmp_path, **settings):
    (tmp_path / "course.json").write_text(json.dumps(settings), "utf-8")
    return Course(tmp_path)


def at(text):
    return HandedIn(moment(text), "timestamp.txt")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T23:59+01:00", "2026-11-22T22:59"),
        ("2026-11-22T23:59Z", "2026-11-22T23:59"),
        ("2026-11-22 23:59:30.25 UTC", "2026-11-22T23:59:30.25"),
        ("2026-11-22T23:59 Europe/Berlin", "2026-11-22T22:59"),
        ("2026-07-22T23:59[Europe/Berlin]", "2026-07-22T21:59"),
        ("  2026-11-22 23:59 America/Los_Angeles\n", "2026-11-23T07:59"),
    ],
)
def test_a_time_bears_its_zone(text, expected):
    assert moment(text).astimezone(UTC) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-11-22", "2026-11-22T23:59", "2026-11-22T23:59 Europe/Atlantis", "2026-11-22T23:59+01:00 Europe/Berlin",
     "2026-13-01T00:00Z", "2026-03-29T02:30 Europe/Berlin", "2026-11-22T23:59 ../../etc/passwd", "2026-11-22T23:59 /etc/passwd"],
)  # fmt: skip
def test_a_time_without_its_zone_or_that_no_clock_shows_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"needed a time .*, came ") as refused:
        moment(text)
    assert repr(text.strip()) in str(refused.value)


def test_a_time_that_clocks_show_twice_is_the_later_for_a_deadline():
    twice = "2026-10-25T02:30 Europe/Berlin"
    assert moment(twice, end=True).astimezone(UTC) - moment(twice).astimezone(UTC) == timedelta(hours=1)


def test_moodles_own_way_of_writing_a_time_is_read_on_the_deadlines_clock():
    berlin = moment(BERLIN).tzinfo
    assert in_table("Sunday, 25 October 2026, 3:30 PM", berlin).astimezone(UTC).hour == 14
    assert in_table("2026-10-25 15:30", berlin).astimezone(UTC).hour == 14
    assert in_table("2026-10-25T15:30Z", berlin).astimezone(UTC).hour == 15
    with pytest.raises(ValueError, match="zone"):
        in_table("2026-10-25 15:30", None)


def test_a_late_day_ends_at_the_deadlines_hour_when_the_clocks_change():
    """With the zone's name the first day has 25 hours; with an offset it cannot, so that it has 24."""
    named, offset = moment(BERLIN), moment("2026-10-24T23:59+02:00")
    assert named.astimezone(UTC) == offset.astimezone(UTC)
    after = named.astimezone(UTC) + timedelta(hours=24, minutes=30)
    assert started_days(named, after) == 1
    assert started_days(offset, after) == 2
    spring = moment("2026-03-28T23:59 Europe/Berlin")
    assert started_days(spring, spring.astimezone(UTC) + timedelta(hours=23)) == 1
    assert started_days(spring, spring.astimezone(UTC) + timedelta(hours=23, seconds=1)) == 2


@given(st.integers(-3, 400), st.integers(0, 24 * 3600 - 1), st.integers(0, 300))
def test_started_days_are_the_days_begun(days, seconds, shift):
    due = moment("2026-01-01T23:59 Europe/Berlin") + timedelta(days=shift)
    handed = due + timedelta(days=days, seconds=seconds)
    expected = max(0, days + (seconds > 0))
    assert started_days(due, handed.astimezone(UTC)) == expected
    plain = due.replace(tzinfo=UTC)
    assert started_days(plain, plain + timedelta(days=days, seconds=seconds)) == expected


@pytest.mark.parametrize(
    ("handed", "share", "days"),
    [
        ("2026-10-24T23:59 Europe/Berlin", 0.0, 0),
        ("2026-10-25T00:14 Europe/Berlin", 0.0, 0),  # the grace's last minute
        ("2026-10-25T00:14:01 Europe/Berlin", 0.1, 1),
        ("2026-10-25T23:59 Europe/Berlin", 0.1, 1),
        ("2026-10-26T00:00 Europe/Berlin", 0.2, 2),
        ("2026-10-29T23:59 Europe/Berlin", 0.5, 5),
        ("2026-10-30T00:00 Europe/Berlin", 1.0, 6),
    ],
)
def test_each_started_day_costs_its_share_until_nothing_counts(handed, share, days):
    late = judge(moment(BERLIN), RULE, at(handed))
    assert (late.share, late.days) == (pytest.approx(share), days)
    assert (late.reason == "") == (share == 0)
    if days == 2:
        assert late.reason == "2 started days late: −20 % of the points earned"
    if days == 6:
        assert late.reason == "6 started days late: after 5 nothing counts"


def test_a_share_is_never_more_than_all_and_no_policy_costs_nothing():
    late = judge(moment(BERLIN), Policy(per_day=0.4), at("2026-12-24T00:00Z"))
    assert late.share == 1.0
    assert judge(moment(BERLIN), Policy(), at("2026-12-24T00:00Z")).share == 0.0


@pytest.mark.parametrize(
    ("handed", "share"),
    [
        (None, None),
        (HandedIn(None, "Canvas"), None),
        (HandedIn(moment("2026-10-24T20:00Z"), "the zip", exact=False), 0.0),  # it came before the zip was made
        (HandedIn(moment("2026-10-27T20:00Z"), "the zip", exact=False), None),
        (HandedIn(moment("2026-10-27T20:00Z"), "the zip", exact=False, marked_late=True), None),
        (HandedIn(moment("2026-10-27T20:00Z"), "the zip", exact=False, marked_late=False), 0.0),
        (HandedIn(None, "Canvas", marked_late=True), None),
        (HandedIn(None, "Canvas", marked_late=False), 0.0),
    ],
)
def test_a_time_that_nobody_knows_is_asked_for_and_costs_nothing_silently(handed, share):
    late = judge(moment(BERLIN), RULE, handed)
    assert late.share == share
    assert late.days == (None if share is None else 0)
    assert (share is not None) != bool(re.search("not known.*collect --times", late.reason))


def test_the_later_of_deadline_and_extension_holds_for_that_student_alone(tmp_path):
    longer = course(
        tmp_path, due={"hw1": BERLIN}, extensions={"hw1": {"s07": "2026-10-26T12:00Z", "s08": "2026-01-01T12:00Z"}}
    )
    assert deadline(longer, "s07", "hw1") == (moment("2026-10-26T12:00Z"), True)
    assert deadline(longer, "s08", "hw1") == (moment(BERLIN), False)
    assert deadline(longer, "s09", "hw1") == (moment(BERLIN), False)
    assert deadline(longer, "s09", "hw2") == (None, False)


def test_a_submissions_lateness_is_read_from_its_folder(tmp_path):
    one = course(tmp_path, due={"hw1": BERLIN}, late={"per_day": 0.1}, extensions={"hw1": {"s08": "2026-10-25T12:00Z"}})
    for student, text in (
        ("s07", "2026-10-25 10:00:00.000000 UTC"),
        ("s08", "2026-10-25 13:00:00 UTC"),
        ("s09", "no time"),
    ):
        folder = one.submitted(student, "hw1").parent
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(text)
    assert lateness(one, "s07", "hw1") == Late(0.1, 1, "1 started day late: −10 % of the points earned")
    assert lateness(one, "s08", "hw1") == Late(0.1, 1, "1 started day late: −10 % of the points earned (extended)")
    assert lateness(one, "s09", "hw1").share is None
    assert lateness(one, "s10", "hw1").share is None
    assert lateness(one, "s10", "hw2") == Late(0.0, 0, "")


def test_what_is_kept_of_a_time_is_read_back(tmp_path):
    one = course(tmp_path)
    folder = one.submitted("s07", "hw1").parent
    folder.mkdir(parents=True)
    for handed in (
        HandedIn(moment("2026-10-25T10:00Z"), "times.csv"),
        HandedIn(None, "?", exact=False, marked_late=True),
    ):
        (folder / "handed-in.json").write_text(handed.to_json(), "utf-8")
        assert handed_in(one, "s07", "hw1") == handed
    (folder / "handed-in.json").write_text("{")
    with pytest.raises(UserError, match="collect it again"):
        handed_in(one, "s07", "hw1")
    assert read_stamp(b"\xff\xfe") is None


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"due": {"hw1": "tomorrow"}}, "course.json, due, hw1: needed a time with its zone"),
        ({"due": {"hw1": 5}}, "course.json, due, hw1: needed a time with its zone"),
        ({"due": ["hw1"]}, "course.json, due: needed an object, came list"),
        ({"due": {"hw1": BERLIN}, "late": {"per_day": 10}}, "late, per_day: needed a share from 0 to 1, came 10"),
        ({"due": {"hw1": BERLIN}, "late": {"per_day": "10%"}}, "late, per_day: needed a number from 0 on, came '10%'"),
        ({"due": {"hw1": BERLIN}, "late": {"per_day": True}}, "needed a number from 0 on, came True"),
        ({"due": {"hw1": BERLIN}, "late": {"latest_days": 1.5}}, "latest_days: needed whole days, came 1.5"),
        ({"due": {"hw1": BERLIN}, "late": {"perday": 0.1}}, "needed grace_minutes, per_day, latest_days, came perday"),
        (
            {"due": {"hw1": BERLIN}, "extensions": {"hw1": {"s07": "x"}}},
            "course.json, extensions, hw1, s07: needed a time",
        ),
        ({"due": {"hw1": BERLIN}, "extensions": {"hw1": "s07"}}, "extensions: needed students and times for hw1"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_in_a_sentence(tmp_path, settings, sentence):
    with pytest.raises(UserError, match=re.escape(sentence)):
        lateness(course(tmp_path, **settings), "s07", "hw1")


def test_an_extension_is_written_beside_the_others_and_nothing_else_changes(tmp_path):
    one = course(tmp_path, seed="ß", due={"hw1": BERLIN}, extensions={"hw1": {"s08": "2026-10-26T12:00Z"}})
    extend(one, "s07", "hw1", "2026-10-27T23:59 Europe/Berlin")
    said = json.loads((tmp_path / "course.json").read_text("utf-8"))
    assert said["extensions"] == {"hw1": {"s08": "2026-10-26T12:00Z", "s07": "2026-10-27T23:59 Europe/Berlin"}}
    assert (said["seed"], said["due"]) == ("ß", {"hw1": BERLIN})
    assert deadline(Course(tmp_path), "s07", "hw1")[1]


@pytest.mark.parametrize(
    ("assignment", "until", "sentence"),
    [
        ("hw2", "2026-10-27T23:59Z", "needed an assignment with a time under due in course.json, came hw2"),
        ("hw1", "2026-10-27T23:59", "--until: needed a time with its zone"),
        ("hw1", "2026-10-24T20:00Z", "--until: needed a time after 2026-10-24T23:59 Europe/Berlin, when hw1 is due"),
    ],
)
def test_an_extension_that_extends_nothing_is_refused(tmp_path, assignment, until, sentence):
    one = course(tmp_path, due={"hw1": BERLIN})
    with pytest.raises(UserError, match=re.escape(sentence)):
        extend(one, "s07", assignment, until)
    assert json.loads((tmp_path / "course.json").read_text()) == {"due": {"hw1": BERLIN}}


def test_a_policy_that_is_not_said_costs_nothing(tmp_path):
    assert policy(course(tmp_path)) == Policy()
