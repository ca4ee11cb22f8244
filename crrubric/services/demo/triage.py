"""What the rosters of the demo's evaluations came to: learners drawn at random, none is kept."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from crrubric.domain.planning.rosters import NEEDED, SEMESTERS, SUITS
from crrubric.domain.planning.samples import draw_sample_learners
from crrubric.domain.planning.triage import Placement, count_settings, place_learner
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.planning.kept_counts import find_line_in_use, store_counts_of_roster


def add_kept_counts(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    """The counts by setting of a roster of so many invented learners, by the guide's line."""
    roster = row.get("roster")
    if roster is None:
        return
    drawn = draw_sample_learners(roster["learners"], seed=roster["seed"])
    counts = count_settings(place_sample_learner(learner) for learner in drawn)
    line = find_line_in_use(cast.session, cast.evaluation.id)
    at = cast.ago(roster["days_ago"])
    store_counts_of_roster(cast.session, cast.chair, cast.evaluation.id, counts, line, at=at)


def place_sample_learner(learner: Mapping[str, str]) -> Placement:
    """What triage says of an invented learner."""
    return place_learner(
        needed=Fraction(learner[NEEDED]),
        semesters=Fraction(learner[SEMESTERS]),
        online_suits=learner[SUITS] == "yes",
    )
