"""Whether what the committee recommends is eligible as the findings stand."""

from sqlalchemy.orm import Session

from crrubric.domain.vocabulary import Gate
from crrubric.models import Evaluation
from crrubric.queries.meeting.decisions import recommendation_of
from crrubric.queries.results.matrices import read_matrix


def find_ineligible_recommendation(session: Session, evaluation: Evaluation) -> str:
    """The recommended vendor if it is not eligible; empty if it is, or if there is none."""
    decision = recommendation_of(session, evaluation.id)
    if decision is None or decision.vendor is None:
        return ""
    score = read_matrix(session, evaluation).results.scores[decision.vendor.code]
    return decision.vendor.company if score.gate is Gate.FAIL else ""
