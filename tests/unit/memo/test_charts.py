"""Charts of the memo: round ends of axes."""

from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.memo.charts import find_axis_end


@given(st.integers(min_value=1, max_value=10**12))
def test_an_axis_ends_at_a_round_number_that_is_not_far_above(cents: int):
    end = find_axis_end(cents)

    assert cents <= end
    assert end <= max(400, 2.5 * cents)
    assert str(end).strip("0") in {"4", "8", "2"}
    assert end % 400 == 0
