"""How the answer to one criterion is refused: in words for the script, or with the page again.

A ballot, the practice round and the vote on must-haves save each answer alone. Everything that was
typed stays in the page, and nothing that is stored is overwritten.
"""

from collections.abc import Callable

from flask import jsonify
from flask.typing import ResponseReturnValue

from crrubric.domain.errors import Reworded, Stale
from crrubric.models import CastVote, PracticeMark
from crrubric.web.ballots.mark_fields import SentMark
from crrubric.web.shared.forms import join_form_errors
from crrubric.web.shared.page import wants_json
from crrubric.web.shared.words import translate_error

RenderPage = Callable[[], str]  # the page that the form was sent from, with what was typed


def refuse_invalid_answer(form: SentMark, render: RenderPage) -> ResponseReturnValue:
    """One that can't be stored: the reason stands beside the field."""
    if wants_json():
        return jsonify(message=join_form_errors(form)), 422
    return render(), 422


def refuse_reworded_answer(
    form: SentMark, error: Reworded, message: str, version: int, render: RenderPage
) -> ResponseReturnValue:
    """One to what is not asked any more: sent again, it is stored. Args: version: of the answer."""
    if wants_json():
        return jsonify(message=message, wording=error.wording, version=version), 409
    form.version.data = str(version)
    form.form_errors.append(message)
    return render(), 409


def refuse_stale_answer(
    form: SentMark, error: Stale, stored: PracticeMark | CastVote | None, render: RenderPage
) -> ResponseReturnValue:
    """One that was saved in another window meanwhile: what is stored, beside what was typed."""
    version, message = stored.version if stored else 0, translate_error(error)
    if wants_json():
        theirs = {"answer": stored.answer, "note": stored.note} if stored else {}
        return jsonify(message=message, theirs={**theirs, "version": version}), 409
    form.version.data = str(version)
    form.form_errors.append(message)
    return render(), 409
