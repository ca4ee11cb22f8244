"""Files of rows: each value stands under its own name, whatever the order of the columns."""

import csv
import io
import re
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from crrubric.domain import limits
from crrubric.domain.exchange.files import MARKS
from crrubric.domain.results.outcome import DecisionRule, Resolution
from crrubric.domain.results.results import (
    AdoptedFinding,
    Cell,
    Results,
    ScoredCriterion,
    ScoredVendor,
    evaluate,
)
from crrubric.domain.results.scoring import Score
from crrubric.domain.results.tally import Tally
from crrubric.domain.vocabulary import Gate, Outcome
from crrubric.reports.exchange.csv_files import BOM, encode_csv, iterate_csv, to_csv
from crrubric.reports.exchange.results_json import adopted_finding_json
from crrubric.reports.exchange.tables import (
    results_csv,
    results_text,
    scores_csv,
    tally_row,
    vendor_rows,
)

# no two counts, and no two numbers of the score, are the same: a swap of two columns shows
TALLY = Tally(yes=2, no=1, not_applicable=3, cannot_tell=4, missing=5, abstained=6, recused=7)
SCORE = Score(
    value=Fraction(1, 2),
    coverage=Fraction(1, 4),
    low=Fraction(1, 8),
    high=Fraction(3, 4),
    gate=Gate.REINSTATED,
    rank=1,
    met=2,
    decided=4,
    applicable=16,
    failed=("c8", "c9"),
    pending=("c7",),
)


@pytest.fixture
def results() -> Results:
    """One cell and one vendor whose values all differ."""
    adopted = AdoptedFinding(
        value=Outcome.MET,
        reason="The demo settled it.",
        by="Ada Chair",
        at=datetime(2027, 3, 1, 9, 30, tzinfo=UTC),
    )
    criterion = ScoredCriterion(
        code="c1", title="Works offline", section_title="Access", weight=Fraction(1)
    )
    made = evaluate(
        [criterion],
        [ScoredVendor("acme", "Acme Learning")],
        {("acme", "c1"): TALLY},
        {("acme", "c1"): adopted},
        DecisionRule(quorum=1),
    )
    return replace(made, scores={"acme": SCORE})


def read_csv(text: str) -> tuple[list[str], list[dict[str, str]]]:
    """The header, and the rows by column."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows = list(reader)
    assert all(None not in row and None not in row.values() for row in rows)
    return list(reader.fieldnames or ()), rows


def test_every_count_of_a_tally_stands_under_its_name(results: Results):
    header, rows = read_csv(results_csv(results))

    assert header == [
        "vendor", "criterion", "yes", "no", "not_applicable", "cannot_tell", "missing",
        "abstained", "recused", "outcome", "reason", "finding",
    ]  # fmt: skip
    assert rows == [
        {
            "vendor": "acme",
            "criterion": "c1",
            "yes": "2",
            "no": "1",
            "not_applicable": "3",
            "cannot_tell": "4",
            "missing": "5",
            "abstained": "6",
            "recused": "7",
            "outcome": "UNRESOLVED",
            "reason": "TIE_APPLICABLE",
            "finding": "MET",
        }
    ]
    assert len(set(rows[0].values())) == len(header)


def test_every_share_of_a_score_stands_under_its_name(results: Results):
    header, rows = read_csv(scores_csv(results))

    assert header == [
        "vendor", "name", "score", "coverage", "low", "high", "gate", "rank", "failed",
    ]  # fmt: skip
    assert rows == [
        {
            "vendor": "acme",
            "name": "Acme Learning",
            "score": "0.5",
            "coverage": "0.25",
            "low": "0.125",
            "high": "0.75",
            "gate": "REINSTATED",
            "rank": "1",
            "failed": "c8 c9",
        }
    ]
    assert len(set(rows[0].values())) == len(header)


def test_the_results_object_names_the_same_values(results: Results):
    """As the CSV files, with numbers as numbers and codes as a list."""
    assert tally_row(results.cell("acme", "c1")) == {
        "vendor": "acme",
        "criterion": "c1",
        "yes": 2,
        "no": 1,
        "not_applicable": 3,
        "cannot_tell": 4,
        "missing": 5,
        "abstained": 6,
        "recused": 7,
        "outcome": "UNRESOLVED",
        "reason": "TIE_APPLICABLE",
        "finding": "MET",
    }
    assert vendor_rows(results) == [
        {
            "vendor": "acme",
            "name": "Acme Learning",
            "score": 0.5,
            "coverage": 0.25,
            "low": 0.125,
            "high": 0.75,
            "gate": "REINSTATED",
            "rank": 1,
            "failed": ["c8", "c9"],
        }
    ]


def test_every_column_of_the_table_for_a_terminal_stands_under_its_name(results: Results):
    header, rule, row = results_text(results, "T", []).splitlines()[3:6]
    places = [match.span() for match in re.finditer("-+", rule)]

    assert {header[a:b].strip(): row[a:b].strip() for a, b in places} == {
        "Rank": "1",
        "Vendor": "Acme Learning",
        "Score": "50.0 %",
        "Met": "2 of 16",
        "Coverage": "25.0 %",
        "Range": "12.5 % to 75.0 %",
        "Gate": Gate.REINSTATED.label,
    }


MARK = {
    "reviewer": "Ada",
    "vendor": "acme",
    "criterion": "c1",
    "mark": "NO",
    "note": "seen",
    "evidence": "Document",
    "evidence_until": "2027-05-03",
    "files": "offer.pdf",
    "origin": "reviewer",
    "blind": "yes",
    "evidence_kind": "",
    "evidence_place": "",
    "evidence_on": "",
}


def test_a_row_is_written_by_name_whatever_the_order_of_its_values():
    backwards = dict(reversed(MARK.items()))

    header, rows = read_csv(to_csv(MARKS.columns, [backwards]))

    assert header == list(MARK)
    assert rows == [MARK]


def test_a_file_for_a_spreadsheet_begins_with_the_mark_of_utf_8():
    assert encode_csv(("a",), [{"a": "é"}]) == "\ufeffa\r\né\r\n".encode()


def test_the_header_is_there_before_the_first_row_is_read():
    def fail() -> Iterator[dict[str, str]]:
        raise RuntimeError("not read yet")
        yield {}

    pieces = iterate_csv(("a", "b"), fail())

    assert next(pieces).decode() == f"{BOM}a,b\r\n"
    with pytest.raises(RuntimeError, match="not read yet"):
        next(pieces)


def test_of_more_marks_than_fit_into_memory_a_piece_is_held():
    rows = ({**MARK, "note": f"{number} {'long ' * 40}"} for number in range(40_000))
    tracemalloc.start()
    try:
        size = sum(map(len, iterate_csv(MARKS.columns, rows)))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert size > 10 * limits.MEGABYTE
    assert most < limits.MEGABYTE


@pytest.mark.parametrize(
    "row",
    [
        {"a": 1},
        {"a": 1, "b": 2, "c": 3},
        {"a": 1, "c": 2},
    ],
    ids=["one is missing", "one is too many", "one is another"],
)
def test_a_row_with_other_columns_than_the_header_is_refused(row: dict[str, int]):
    with pytest.raises(ValueError, match="instead of"):
        to_csv(("a", "b"), [row])


def test_lines_end_and_cells_are_made_safe_as_spreadsheets_want_it():
    rows = [{"a": None, "b": "=1+1"}, {"a": -1, "b": 'say "no", twice'}]

    assert to_csv(("a", "b"), rows) == 'a,b\r\n,\'=1+1\r\n-1,"say ""no"", twice"\r\n'


@pytest.mark.parametrize(
    ("as_computed", "adopted"), [(True, Outcome.MET), (False, Outcome.NOT_MET), (None, None)]
)
def test_the_results_object_has_what_was_adopted_beside_the_outcome_of_now(
    as_computed: bool | None, adopted: Outcome | None
):
    """The flag is of the moment of the adoption; the votes may have changed since."""
    cell = Cell(
        vendor="acme",
        criterion="c1",
        tally=Tally(no=3),
        resolution=Resolution(Outcome.NOT_MET),
        adopted=None
        if adopted is None
        else AdoptedFinding(
            value=adopted,
            reason="x",
            by="x",
            at=datetime(2027, 3, 1, tzinfo=UTC),
            as_computed=bool(as_computed),
        ),
    )

    row = tally_row(cell) | adopted_finding_json(cell)

    assert (row["outcome"], row["adopted"], row["adopted_as_computed"]) == (
        "NOT_MET", adopted and adopted.value, as_computed,
    )  # fmt: skip
