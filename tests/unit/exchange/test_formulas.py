"""The apostrophe that keeps spreadsheets from running typed text, and how it is taken off."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crrubric.domain.exchange.formulas import guard_formulas, unguard_formulas

SIGNS = "=+-@＝＋－＠"
TEXTS = st.text(alphabet=st.sampled_from("'=+-@＝ \u00a0,;|\"\t\r\nab"), max_size=16) | st.text()


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("\t=1", "'\t'=1"),
        ("price; =1", "price; '=1"),
        ("a,=1|+2", "a,'=1|'+2"),
        ("- one\n- two", "'- one\n'- two"),
        ('say "=1"', 'say "\'=1"'),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("'tis", "'tis"),
        ("'quoted'", "'quoted'"),
        ("well-known = 1 + 1", "well-known = 1 + 1"),
        ("it's - fine", "it's - fine"),
    ],
)
def test_an_apostrophe_goes_where_a_cell_could_begin(typed: str, written: str):
    assert guard_formulas(typed) == written
    assert unguard_formulas(written) == typed


@given(TEXTS)
@example("'\n'=")
@example("\r\n=")
def test_what_was_put_there_is_taken_off_again(typed: str):
    assert unguard_formulas(guard_formulas(typed)) == typed


@given(TEXTS)
def test_a_text_without_a_sign_in_such_a_place_is_left_alone(typed: str):
    if not re.search(rf"(?:^|[,;|\"\t\r\n])[ \u00a0\u3000]*'*[{SIGNS}]|\A'*[\t\r\n]", typed):
        assert guard_formulas(typed) == typed
        assert unguard_formulas(typed) == typed


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ['"', None])
@given(typed=TEXTS)
def test_no_cell_begins_with_a_sign_whatever_separates_columns(
    typed: str, separator: str, quote: str | None
):
    """As a spreadsheet reads the file that is told another separator, or no quotation marks."""
    out = io.StringIO()
    csv.writer(out).writerow([guard_formulas(typed), "end"])
    quoting = csv.QUOTE_NONE if quote is None else csv.QUOTE_MINIMAL
    lines = out.getvalue().replace("\r", "\n").split("\n")

    for row in csv.reader(lines, delimiter=separator, quotechar=quote or '"', quoting=quoting):
        for cell in row:
            assert (
                not cell.strip(" \u00a0\u3000")
                .lstrip('"')
                .lstrip(" \u00a0\u3000")
                .startswith(tuple(SIGNS))
            )
