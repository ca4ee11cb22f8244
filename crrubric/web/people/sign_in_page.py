"""The page with the sign-in form."""

from dataclasses import replace
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.config import current_settings
from crrubric.services.demo.district import DEMO_PASSWORD, list_demo_people
from crrubric.web.people.account_forms import SignInForm
from crrubric.web.people.ways_in.parties import find_own_party
from crrubric.web.shared.page import remember_logo


def translate_demo_people() -> list[Any]:
    """In demo mode, the invented people that one can sign in as."""
    found = list_demo_people() if current_settings().DEMO else []
    return [replace(person, tries=_(person.tries)) for person in found]


def render_sign_in_page(form: SignInForm, status: int = 200) -> ResponseReturnValue:
    """The sign-in page, with the invented people in demo mode."""
    remember_logo()
    return (
        render_template(
            "people/sign_in.html",
            form=form,
            people=translate_demo_people(),
            demo_password=DEMO_PASSWORD,
            keyed=find_own_party() is not None,
        ),
        status,
    )
