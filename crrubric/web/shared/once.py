"""Forms that make something carry a key, so that sent twice they do it once.

A double click, a repeated request, Back and Send again: the same key with the same words is the
same form, and its second answer leads where the first led. With other words it is another form.
"""

import logging
import secrets
from hashlib import sha256
from http import HTTPStatus
from time import sleep
from typing import cast

from flask import Flask, Response, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crrubric.config import current_settings
from crrubric.domain.errors import Repeated
from crrubric.domain.record.chain import to_canonical_json
from crrubric.extensions import DatabaseUnavailable, db
from crrubric.services.shared.sent_forms import find_answer, keep_answer, name_sent_form
from crrubric.web.shared.page import wants_json
from crrubric.web.shared.session import current_person
from crrubric.web.shared.words import translate_error

log = logging.getLogger("crrubric")

FIELD = "once"
NOT_TYPED = frozenset({"csrf_token"})  # other in every session, and sometimes in every page
TRIES, PAUSE = 20, 0.1  # how long the answer to the first is waited for, in seconds
# Of whom a form waits, by site and id: one each, and a few in all, or they held every thread.
WAITING: set[tuple[str, int]] = set()
PART = 8  # at most one thread in so many waits like that


def init_app(app: Flask) -> None:
    """Name each such form before it is answered, and keep where its answer leads."""
    app.add_template_global(make_form_key)
    app.before_request(name_form)
    app.after_request(keep_location)
    app.register_error_handler(Repeated, answer_repeated)


def make_form_key() -> str:
    """The key of one form on one page."""
    return secrets.token_hex(16)


def name_form() -> None:
    """Give the session the fingerprint of a form that carries a key."""
    person = current_person()
    if request.method != "POST" or person is None or wants_json():
        return  # what a script sends is no form that makes something
    if request.form.get(FIELD):
        g.sent_form = fingerprint_form(person.user.id)
        name_sent_form(db.session(), g.sent_form)


def fingerprint_form(user_id: int) -> str:
    """Of who sent what to where, the key included."""
    typed = sorted(
        [name, value] for name, value in request.form.items(multi=True) if name not in NOT_TYPED
    )
    sent = [user_id, request.path, typed]
    return sha256(to_canonical_json(sent).encode()).hexdigest()


def keep_location(response: Response) -> Response:
    """Keep where the answer to a form led, for whoever sends it again: they are led there, too,
    where what the form did is what refuses it now, such as a phase that has changed.
    """
    digest = g.pop("sent_form", None)
    if digest is None or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return response
    try:
        if response.status_code < HTTPStatus.BAD_REQUEST:
            keep_answer(db.session(), digest, response.headers.get("Location") or find_home())
        elif done := find_answer(db.session(), digest):
            return cast(Response, redirect(done, code=303))
    except DatabaseUnavailable as error:  # what the form did is done, and its answer says so
        db.session.rollback()
        log.warning("the answer to a form was not kept: %s", error.orig)
    return response


def find_home() -> str:
    """Where a form leads whose first answer led nowhere else."""
    return url_for("home.show_home")


def answer_repeated(error: Repeated) -> ResponseReturnValue:
    """Lead where the first answer led; the first may still be on its way."""
    location = wait_for_answer(g.pop("sent_form"))
    if not location:
        flash(translate_error(error), "done")
    return redirect(location or find_home(), code=303)


def wait_for_answer(digest: str) -> str | None:
    """Where the first answer led, waiting while it is on its way, unless too many wait already."""
    person = current_person()
    key = (current_app.instance_path, person.user.id if person is not None else 0)
    location = find_answer(db.session(), digest)
    most = max(1, current_settings().SERVER_THREADS // PART)
    if location != "" or key in WAITING or len(WAITING) >= most:
        return location
    WAITING.add(key)
    try:
        for _try in range(TRIES):
            sleep(PAUSE)
            location = find_answer(db.session(), digest)
            if location != "":
                return location
    finally:
        WAITING.discard(key)
    return None
