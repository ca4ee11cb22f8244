"""Links that sign in: what the settings need for them, in one sentence."""

import pytest

from tests.unit.settings.test_providers import GOOGLE, SITE
from tests.unit.settings.test_settings import Place, no_variables, place

__all__ = ["no_variables", "place"]  # fixtures

MAIL = 'MAIL_HOST = "smtp.cedar.example"\nMAIL_SENDER = "score@cedar.example"\n'


def test_links_that_sign_in_are_off_unless_they_are_turned_on(place: Place):
    assert not place.write(MAIL + SITE).read().SIGN_IN_LINKS
    assert place.write(MAIL + SITE + "SIGN_IN_LINKS = true\n").read().SIGN_IN_LINKS


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SITE, "SIGN_IN_LINKS is true: set MAIL_HOST, so that links can be sent."),
        (
            MAIL + SITE + "PASSWORD_SIGN_IN = false\n",
            "PASSWORD_SIGN_IN is false: leave SIGN_IN_LINKS out",
        ),
    ],
)
def test_what_does_not_go_with_them_is_refused(place: Place, text: str, says: str):
    assert says in place.write(text + "SIGN_IN_LINKS = true\n" + GOOGLE).refusal()
