"""Further prices as cells of a table: whatever is put into them comes out of them."""

from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.results.offers import PriceLine
from crrubric.domain.setup.offer_cells import USUAL, join_cells, split_lines
from crrubric.domain.setup.table_words import VENDOR_COLUMNS
from crrubric.domain.vocabulary import PriceKind, PriceUnit

LINES = st.builds(
    PriceLine,
    kind=st.sampled_from(PriceKind),
    unit_cents=st.integers(0, 10_000),
    unit=st.sampled_from([None, PriceUnit.DISTRICT, PriceUnit.DISTRICT, PriceUnit.LEARNER]),
    once=st.booleans(),
    quantity=st.sampled_from([None, None, 4]),
    rise=st.sampled_from([None, None, 300]),
    note=st.sampled_from(["", "", "A note"]),
)
USUAL_LINES = st.sampled_from(list(USUAL)).map(lambda name: join_cells((), {name: 100})[0].line)


@given(st.lists(LINES | USUAL_LINES, max_size=12))
def test_no_line_of_an_offer_is_lost_in_cells(lines):
    others, usual = split_lines(lines)

    assert [cell.line for cell in join_cells(others, usual)] == lines


def test_an_amount_for_the_district_has_a_column_and_a_note_has_none():
    training, integration = (
        PriceLine(kind=kind, unit=PriceUnit.DISTRICT, once=True, unit_cents=cents)
        for kind, cents in ((PriceKind.TRAINING, 250_000), (PriceKind.INTEGRATION, 90_000))
    )
    noted = PriceLine(kind=PriceKind.OTHER, unit_cents=100, note="Two days")

    assert split_lines([noted, training, integration]) == (
        (noted,),
        {"training_once": 250_000, "integration_once": 90_000},
    )
    assert split_lines([integration, training]) == ((integration,), {"training_once": 250_000})


def test_every_usual_price_has_a_column_in_the_pasted_table():
    assert set(USUAL) <= set(VENDOR_COLUMNS)


def test_a_price_from_a_number_on_stays_below_the_license():
    tier = PriceLine(kind=PriceKind.TIER, unit_cents=3000, quantity=500)

    joined = join_cells((tier,), {"other_once": 100, "training_once": 200})

    assert [(cell.column, cell.line.kind) for cell in joined] == [
        ("price_lines", PriceKind.TIER),
        ("training_once", PriceKind.TRAINING),
        ("other_once", PriceKind.OTHER),
    ]
