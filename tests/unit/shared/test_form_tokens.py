"""A token comes out from under its mask as it was, and looks like another one each time."""

from hypothesis import given
from hypothesis import strategies as st

from crrubric.web.shared.delivery.form_tokens import MASKED, mask_token, unmask_token


@given(st.text())
def test_every_text_comes_out_from_under_its_mask(text: str):
    assert unmask_token(mask_token(text)) == text


@given(st.text(min_size=1))
def test_a_text_is_masked_differently_each_time(text: str):
    assert mask_token(text) != mask_token(text)


@given(st.text())
def test_what_is_no_masked_token_is_given_back_and_never_an_error(text: str):
    assert isinstance(unmask_token(MASKED + text), str)
    assert unmask_token("I" + text) == "I" + text
