"""Whether what the committee recommends is eligible as the findings stand."""

from sqlalchemy.orm import Session

from crrubric.domain.meeting.ranking import join_criterion_titles
from crrubric.domain.setup.lifecycle import RuledOut
from crrubric.domain.vocabulary import Gate
from crrubric.models import Evaluation
from crrubric.queries.meeting.decisions import recommendation_of
from crrubric.queries.results.matrices import read_matrix


def find_ineligible_recommendation(session: Session, evaluation: Evaluation) -> RuledOut | None:
    """The recommended vendor if it is not eligible; None if it is, or if there is none."""
    decision = recommendation_of(session, evaluation.id)
    if decision is None or decision.vendor is None:
        return None
    results = read_matrix(session, evaluation).results
    score = results.scores[decision.vendor.code]
    if score.gate is not Gate.FAIL:
        return None
    return RuledOut(
        vendor=decision.vendor.name,
        what=join_criterion_titles(results, score.barring),
        lifted=join_criterion_titles(results, score.lifted),
    )
