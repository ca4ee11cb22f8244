"""How wide the columns of a table are."""

from crrubric.domain.documents.tree import Table, Tone
from crrubric.reports.documents.columns import WIDE_LETTER, compute_column_shares

ROOM, SIZE, PADDING = 470, 8.5, 8
GRID = Table(
    "Findings",
    ("Criterion", "Oak", "Harborlight Learning", "Quillmere"),
    (("Keeps families informed", "✓ met", "✓ met: 5–1", "? unresolved"),),
    ((Tone.GOOD, Tone.GOOD, Tone.OPEN),),
)


def test_one_long_text_among_short_ones_does_not_narrow_the_names_of_the_rows():
    """As of votes: a criterion in each row, and a word or two where one found it not applicable."""
    name = "Keeps families informed"
    rows = [(name, "6–1", "–", "5–2") for _row in range(9)]
    rows.append((name, *["1–0, 6 not applicable: Not applicable"] * 3))
    table = Table("Votes", ("Criterion", "Wrenfold", "Harborlight", "Quillmere"), tuple(rows))

    shares = compute_column_shares(table, room=ROOM, size=SIZE, padding=PADDING)

    assert round(sum(shares), 6) == 1
    assert shares[0] * ROOM >= len(name) * SIZE * WIDE_LETTER + PADDING  # each is on one line
    assert shares[0] > max(shares[1:])


def test_the_columns_of_vendors_are_equally_wide_whatever_stands_in_them():
    for room in (ROOM, 90):
        first, *others = compute_column_shares(GRID, room=room, size=SIZE, padding=PADDING)

        assert len({round(share, 9) for share in others}) == 1
        assert round(first + sum(others), 6) == 1


def test_a_table_of_which_a_column_has_no_tone_is_no_grid():
    half = ((Tone.GOOD, None, None),)
    letter = Table(GRID.caption, GRID.header, GRID.rows, half)

    _first, *others = compute_column_shares(letter, room=ROOM, size=SIZE, padding=PADDING)

    assert len({round(share, 9) for share in others}) > 1
