"""How wide the columns of a table are."""

from crrubric.domain.documents.tree import Table
from crrubric.reports.documents.columns import compute_column_shares


def test_one_long_text_among_short_ones_does_not_narrow_the_names_of_the_rows():
    """As of votes: a criterion in each row, and a word or two where one found it not applicable."""
    names = [f"Works with the records of school {number}" for number in range(9)]
    rows = [(name, "6–1", "–") for name in names]
    rows.append((names[0], "1–0, 6 not applicable: Not applicable", "–"))
    table = Table("Votes", ("Criterion", "Harborlight", "Quillmere"), tuple(rows))

    shares = compute_column_shares(table, room=470, size=8.5, padding=8)

    assert round(sum(shares), 6) == 1
    assert shares[0] * 470 > len(names[0]) * 8.5 * 0.6 + 8  # each name is on one line
    assert shares[1] > shares[2]
