"""Why an answer of the workbook is not taken any more, for whoever typed it and comes too late."""

from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError, WrongPhase
from crrubric.domain.translation import N_
from crrubric.queries.people.access import find_evaluation, make_not_found, require
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.workbook import load_plan_rights
from crrubric.services.planning.workbook import require_plan_section


def explain_refused_answer(
    session: Session, actor: Actor, slug: str, code: str, prompt: str
) -> CrrubricError | None:
    """Why the actor's answer would be refused now, whatever it says; None if it would be taken."""
    try:
        seat = require(actor, Action.ANSWER_PLAN, find_evaluation(session, slug), session)
        if require_plan_section(code).find_prompt(prompt) is None:
            raise make_not_found()
        if not load_plan_rights(session, seat).may_fill(code):
            raise WrongPhase(N_("You are not asked to fill in this section any more."))
    except CrrubricError as reason:
        return reason
    return None
