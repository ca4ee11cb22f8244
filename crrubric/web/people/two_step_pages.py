"""What pages of two-step sign-in share: the picture for the app, codes that are shown once."""

from dataclasses import dataclass

import segno
from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from crrubric.services.people.app_secrets import AppSecret
from crrubric.web.shared import session

CODES = "recovery-codes"
GROUP = 4  # letters of a secret between two blanks


@dataclass(frozen=True, slots=True)
class ShownSecret:
    """A secret as people type it, as an app on this very device opens it, and as a picture."""

    text: str
    link: str
    picture: str  # the address of an SVG, dark on white whatever the page looks like


def draw_app_secret(made: AppSecret | None) -> ShownSecret | None:
    """The secret of an app that is being set up; None if there is none."""
    if made is None:
        return None
    picture = segno.make(made.uri, error="m")
    text = " ".join(made.secret[at : at + GROUP] for at in range(0, len(made.secret), GROUP))
    drawn = picture.svg_data_uri(scale=5, dark="#000", light="#fff")
    return ShownSecret(text, made.uri, drawn)


def keep_codes(codes: list[str], *, next: str | None = None) -> ResponseReturnValue:
    """Off to the page that shows them once."""
    session.keep_for_next_page(CODES, codes)
    return redirect(url_for("own_sign_in.show_recovery_codes", next=next or None), code=303)


def take_codes() -> list[str]:
    """The codes that were just made, which are shown now and never again."""
    return [str(code) for code in session.take_for_this_page(CODES) or []]
