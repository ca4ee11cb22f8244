"""Offline workbooks: names of sheets, the stamp, what cells say, and what that would change."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest

from crrubric.domain.ballots.marks import MarkText
from crrubric.domain.ballots.offline.books import (
    STAMP_SHEET,
    ClosedReason,
    ClosedVendor,
    OfflineBallot,
    OfflineBook,
    OfflineColumn,
    OfflineCriterion,
    OfflineSection,
    OfflineSource,
    OwnBallots,
    name_sheets,
)
from crrubric.domain.ballots.offline.changes import (
    Holding,
    OfflineChoices,
    OfflinePreview,
    Side,
    choose_changes,
    compare_with_portal,
)
from crrubric.domain.ballots.offline.filled import (
    LISTED,
    BookReader,
    FilledBook,
    FilledWords,
    parse_cell_day,
    read_filled_book,
)
from crrubric.domain.ballots.offline.readme import STEPS
from crrubric.domain.ballots.offline.stamps import StampedRow, read_stamp, write_offline_stamp
from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.exchange.answer_words import recognize_answer
from crrubric.domain.vocabulary import Answer, EvidenceKind

HEADERS = [column.label for column in OfflineColumn]
YES, NO = MarkText(answer=Answer.YES, note="seen"), MarkText(answer=Answer.NO)
NOTHING = OfflineChoices(sides={}, holding={})


def criterion(number: int, mark: MarkText | None = None, *, version: int = 0, wording: int = 0):  # type: ignore[no-untyped-def]
    return OfflineCriterion(
        number=number,
        id=10 + number,
        title=f"Title {number}",
        question="Does it?",
        look_for="",
        must_have=False,
        may_not_apply=False,
        wording=wording,
        version=version,
        mark=mark,
    )


def ballots(*rows: OfflineCriterion) -> OwnBallots:
    sections = (OfflineSection("All", rows),)
    return OwnBallots(
        (OfflineBallot(ballot_id=1, vendor_id=5, vendor="Ann", sheet="Ann", sections=sections),), ()
    )


def book(own: OwnBallots) -> OfflineBook:
    return OfflineBook(
        title="Credit recovery",
        district="Cedar Bend",
        reviewer="June",
        language="en",
        made_at=datetime(2027, 3, 1, 9, 30),  # noqa: DTZ001  # as a clock shows it
        zone="UTC",
        closing="",
        address="https://x.example",
        source=OfflineSource(site="s", evaluation="e", member=3),
        ballots=own,
    )


def fill(own: OwnBallots, *lines: list[str], stamp: list[str] | None = None) -> FilledBook:
    """What is read of a workbook with these rows below its header."""
    stamped = stamp or write_offline_stamp(book(own), HEADERS)
    sheets = {
        "Read me": [["Hello"]],
        "Ann": [["Ann"], [], HEADERS, *lines],
        STAMP_SHEET: [[line] for line in stamped],
    }
    kinds = {kind.label.casefold(): kind for kind in EvidenceKind}
    return read_filled_book(sheets, FilledWords(read_answer=recognize_answer, kinds=kinds))


def line(number: int, *cells: str) -> list[str]:
    """A row whose cells from the answer on are filled in."""
    return [str(number), "", "", "", "", *cells]


def compare(now: OwnBallots, filled: FilledBook) -> OfflinePreview:
    return compare_with_portal(filled, now)


@pytest.mark.parametrize(
    ("names", "sheets"),
    [
        (["Ann: [Pro]/Plus*"], ["Ann Pro Plus"]),
        (["Ann", "ann", "ANN"], ["Ann", "ann (2)", "ANN (3)"]),
        (["x" * 40, "x" * 41], ["x" * 31, "x" * 27 + " (2)"]),
        (["Read me", "History", "crrubric"], ["Read me (2)", "History (2)", "crrubric (2)"]),
        (["'quoted'", "\u200b", "🦜" * 20], ["’quoted’", "?", "🦜" * 15]),
    ],
)
def test_every_vendor_has_a_sheet_of_its_own(names: list[str], sheets: list[str]):
    assert name_sheets(names, ["Read me"]) == sheets


def test_the_stamp_is_read_as_it_was_written():
    own = ballots(criterion(1, YES, version=2), criterion(4, wording=3))
    stamp = read_stamp(write_offline_stamp(book(own), HEADERS))

    assert stamp.source == OfflineSource(site="s", evaluation="e", member=3)
    (ballot,) = stamp.ballots
    assert (ballot.ballot_id, ballot.sheet) == (1, "Ann")
    facts = [(row.number, row.criterion_id, row.wording, row.version) for row in ballot.rows]
    assert facts == [(1, 11, 0, 2), (4, 14, 3, 0)]
    assert [row.answer for row in ballot.rows] == [Answer.YES, None]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["something else"],
        ["crrubric offline ballots 1"],
        ["crrubric offline ballots 1", "not JSON"],
        ["crrubric offline ballots 1", "[" * 100_000],
        ["crrubric offline ballots 1", '{"site": 1}'],
        [
            "crrubric offline ballots 1",
            '{"site": "", "evaluation": "", "member": -1, "made_at": "", "columns": []}',
        ],
        [
            "crrubric offline ballots 1",
            '{"site": "", "evaluation": "", "member": 1, "made_at": "", "columns": []}',
        ],
    ],
)
def test_a_stamp_that_was_not_written_here_is_refused(lines: list[str]):
    with pytest.raises(Invalid, match="not a workbook that was downloaded"):
        read_stamp(lines)


@pytest.mark.parametrize("odd", ["\\ud800", "\\u0000", "\\u0007"])
def test_a_stamp_with_an_escape_of_what_can_not_be_shown_is_refused(odd: str):
    lines = write_offline_stamp(book(ballots(criterion(1))), HEADERS)
    for place in (1, 2):
        changed = [*lines]
        changed[place] = changed[place].replace('": "', f'": "{odd}')
        with pytest.raises(Invalid, match="not a workbook that was downloaded"):
            read_stamp(changed)


@pytest.mark.parametrize(
    "other",
    [
        '"ballot": 2',
        '"sheet": "ANN", "ballot": 2, "vendor_id": 8',
        '"sheet": "B", "vendor_id": 8',
        '"sheet": "B", "ballot": 2, "vendor_id": 7',
    ],
)
def test_a_stamp_that_names_a_sheet_or_a_ballot_twice_is_refused(other: str):
    """Or all rows of one sheet would be read as often as somebody has written its name."""
    lines = write_offline_stamp(book(ballots(criterion(1))), HEADERS)
    first = json.loads(lines[2]) | {"vendor_id": 7}
    second = first | json.loads(f"{{{other}}}")

    with pytest.raises(Invalid, match="not a workbook that was downloaded"):
        read_stamp([*lines[:2], json.dumps(first), json.dumps(second)])


def test_rows_of_a_stamp_are_not_looked_through_for_each_row_of_the_sheet():
    """Somebody can write hundreds of thousands of them into a file."""

    class Rows(tuple[StampedRow, ...]):
        read = 0

        def __iter__(self) -> Iterator[StampedRow]:
            Rows.read += 1
            return super().__iter__()

    (ballot,) = read_stamp(write_offline_stamp(book(ballots(criterion(1))), HEADERS)).ballots
    words = FilledWords(read_answer=recognize_answer, kinds={})
    stamp = read_stamp(write_offline_stamp(book(ballots(criterion(1))), HEADERS))
    reader = BookReader(stamp, words)
    sheet = [HEADERS, *[line(number, "Yes") for number in range(1, 40)]]

    reader.read_ballot(replace(ballot, rows=Rows(ballot.rows)), sheet)

    assert len(reader.problems) == 38
    assert Rows.read < 4


def test_of_a_sheet_that_is_wrong_throughout_some_cells_are_told_and_how_many_more():
    rows = [line(9, "Yes") for _ in range(LISTED + 7)]

    found = fill(ballots(criterion(1)), *rows)

    assert len(found.problems) == LISTED
    assert found.count_more() == 7
    assert found.count_more({"Ann"}) == 0


def test_rows_of_which_nothing_was_changed_are_left_alone():
    own = ballots(criterion(1, YES, version=1), criterion(2))
    filled = fill(own, line(1, "Yes", "seen"), line(2))

    assert [ballot.rows for ballot in filled.ballots] == [()]
    assert filled.problems == ()


def test_an_empty_answer_takes_the_answer_that_the_portal_has():
    own = ballots(criterion(1, YES, version=1))
    filled = fill(own, line(1, "–", "other words"))
    now = ballots(criterion(1, YES, version=1))

    (change,) = compare(now, filled).changes
    assert change.text == replace(YES, note="other words")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2027-03-12", date(2027, 3, 12)),
        ("3/12/2027", date(2027, 3, 12)),
        ("2027-03-12T00:00:00", date(2027, 3, 12)),
    ],
)
def test_days_are_read_as_spreadsheets_give_them(typed: str, day: date):
    assert parse_cell_day(typed, field="evidence_on") == day


@pytest.mark.parametrize("typed", ["31/12/2027", "soon", "2027-02-30", "46093"])
def test_what_is_no_day_is_refused(typed: str):
    with pytest.raises(Invalid, match="Enter a date"):
        parse_cell_day(typed, field="evidence_on")


def test_everything_wrong_with_a_row_is_told_by_its_cells():
    own = ballots(criterion(1))
    filled = fill(own, line(1, "maybe", "", "rumor", "", "soon", "2020-01-01"))

    assert [(problem.sheet, problem.cell) for problem in filled.problems] == [
        ("Ann", "F4"),
        ("Ann", "H4"),
        ("Ann", "J4"),
    ]


def test_a_strange_row_and_one_that_was_doubled_are_told():
    own = ballots(criterion(1))
    filled = fill(own, line(1, "Yes"), line(1, "No"), line(9, "Yes"), ["", "", "", "", "", "x"])

    assert [problem.cell for problem in filled.problems] == ["A5", "A6", "A7"]


def test_a_header_that_is_gone_is_told_once():
    own = ballots(criterion(1))
    stamp = write_offline_stamp(book(own), [f"{header}!" for header in HEADERS])
    filled = fill(own, line(1, "Yes"), line(1, "Yes"), stamp=stamp)

    assert [(problem.sheet, problem.cell) for problem in filled.problems] == [("Ann", "")]


def test_what_the_portal_has_already_is_no_change_whoever_saved_it_last():
    filled = fill(ballots(criterion(1)), line(1, "Yes", "seen"))
    found = compare(ballots(criterion(1, YES, version=4)), filled)

    assert (found.changes, found.same) == ((), 1)


def test_a_newer_answer_of_the_portal_waits_for_a_choice():
    filled = fill(ballots(criterion(1)), line(1, "Yes", "seen"))
    found = compare(ballots(criterion(1, NO, version=1)), filled)

    (change,) = found.list_conflicts()
    assert (change.old, change.text) == (NO, YES)
    with pytest.raises(NotReady) as refused:
        choose_changes(found, NOTHING)
    (problem,) = refused.value.problems
    assert isinstance(problem, Invalid)
    assert problem.field == f"side-{change.key}"
    for side, taken in ((Side.FILE, [change]), (Side.PORTAL, [])):
        assert choose_changes(found, OfflineChoices(sides={change.key: side}, holding={})) == taken


def test_answers_to_old_words_stay_out_unless_they_hold():
    filled = fill(ballots(criterion(1)), line(1, "Yes"))
    found = compare(ballots(criterion(1, NO, version=1, wording=2)), filled)

    assert [row.id for row in found.list_reworded()] == [11]
    left = OfflineChoices(sides={}, holding={11: Holding.LEAVE})
    assert choose_changes(found, left) == []  # and no side has to be chosen
    both = OfflineChoices(sides={"1-11": Side.FILE}, holding={11: Holding.TAKE})
    assert choose_changes(found, both) == list(found.changes)


def test_what_is_closed_or_not_asked_any_more_is_named():
    filled = fill(ballots(criterion(1), criterion(2)), line(1, "Yes"), line(2, "No"))
    sealed = ClosedVendor(ballot_id=1, vendor_id=5, vendor="Ann", reason=ClosedReason.SEALED)

    closed = compare(OwnBallots((), (sealed,)), filled).shut
    assert [(each.vendor, each.reason, each.rows) for each in closed] == [
        ("Ann", ClosedReason.SEALED, 2)
    ]
    gone = compare(OwnBallots((), ()), filled).shut
    assert [each.reason for each in gone] == [ClosedReason.GONE]
    fewer = compare(ballots(criterion(1)), filled)
    assert [(each.reason, each.rows) for each in fewer.shut] == [(ClosedReason.NOT_ASKED, 1)]
    assert len(fewer.changes) == 1


@pytest.mark.parametrize(
    "now",
    [
        ballots(criterion(1, NO, version=2)),
        ballots(criterion(1, NO, version=1, wording=1)),
        ballots(criterion(1, YES, version=2)),
        OwnBallots((), ()),
    ],
    ids=["version", "wording", "the same answer", "closed"],
)
def test_the_fingerprint_tells_whatever_has_changed(now: OwnBallots):
    filled = fill(ballots(criterion(1)), line(1, "Yes", "seen"))
    before = compare(ballots(criterion(1, NO, version=1)), filled)

    assert (
        before.fingerprint() == compare(ballots(criterion(1, NO, version=1)), filled).fingerprint()
    )
    assert before.fingerprint() != compare(now, filled).fingerprint()


def test_the_column_of_the_kind_of_evidence_is_called_as_on_the_ballot():
    assert OfflineColumn.EVIDENCE.label == "Kind of evidence"
    assert [step for step in STEPS if "“Kind of evidence” and the cells after it" in step]
