"""What a change of phase will do, read for the seat of whoever makes it."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.foreseen import Foreseen, Remark
from crrubric.domain.meeting.doubts import (
    DecisionBasis,
    list_decision_doubts,
    were_prices_opened_late,
)
from crrubric.domain.places import MendingPlace
from crrubric.domain.setup.assignment import list_criterion_coverage
from crrubric.domain.setup.closing import is_after_closing
from crrubric.domain.setup.lifecycle import Readiness, list_phase_problems
from crrubric.domain.setup.phase_effects import BallotsOfReviewer, PhaseFacts, foresee_phase
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState, Phase
from crrubric.models import Evaluation, Member, MemoIssue
from crrubric.queries.meeting.decisions import (
    count_stated_positions,
    find_partial_recorder,
    recommendation_of,
)
from crrubric.queries.meeting.eligibility import find_ineligible_recommendation
from crrubric.queries.meeting.meetings import (
    count_meetings,
    count_unattended_motions,
    find_current_meeting,
    load_minutes,
)
from crrubric.queries.memo.prices import load_memo_prices
from crrubric.queries.people.access import (
    Seat,
    refuse_who_stays_away,
    require_impartial,
    require_impartial_once_shown,
)
from crrubric.queries.results.matrices import read_matrix, rule_of
from crrubric.queries.setup.assignments import load_assignments
from crrubric.queries.setup.evaluations import (
    BallotProgress,
    list_ballot_progress,
    load_readiness,
)
from crrubric.queries.setup.members import list_present_members, list_reviewers_to_come
from crrubric.queries.setup.prices import list_uncosted_vendors
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.queries.setup.vendors import list_vendors_in_selection
from crrubric.queries.setup.wording import translate_rubric_text


def foresee_phase_for_seat(session: Session, seat: Seat, to: Phase, language: str = "") -> Foreseen:
    """What moving to the phase does, and what speaks against it; there is such a change.

    Before the meeting it depends on nobody's marks: on how many ballots are submitted, not on
    what they say. Nothing of the vendors that the seat stays away from.
    Args: language: in which criteria are named; "" as the rubric was written.
    """
    evaluation = seat.evaluation
    facts = read_phase_facts(session, seat, language)
    if (evaluation.phase, to) == (Phase.MEETING, Phase.DECIDED):
        facts = add_decision_facts(session, evaluation, facts, language)
    return foresee_phase(evaluation.phase, to, facts)


def load_phase_readiness(session: Session, evaluation: Evaluation, to: Phase) -> Readiness:
    """What the conditions look at; the results only where the meeting is to be closed."""
    facts = load_readiness(session, evaluation.id)
    if (evaluation.phase, to) != (Phase.MEETING, Phase.DECIDED):
        return facts
    return replace(facts, ruled_out=find_ineligible_recommendation(session, evaluation))


def list_phase_obstacles(session: Session, seat: Seat, to: Phase) -> list[CrrubricError]:
    """Why this person can't move to the phase now; empty if nothing is in the way."""
    evaluation = seat.evaluation
    try:
        refuse_return_from_away(session, seat, to)
    except Invalid as error:
        return [error]  # what else is in the way would tell
    facts = load_phase_readiness(session, evaluation, to)
    found = list(list_phase_problems(evaluation.phase, to, facts))
    try:
        require_impartial_phase(session, seat, to)
    except Invalid as error:
        found.append(error)
    return found


def require_impartial_phase(session: Session, seat: Seat, to: Phase) -> None:
    """Raise Invalid if a conflict of interest keeps the seat from moving to the phase.

    A final decision rests on a recommendation by somebody without one, and any other step, back or
    forth, on nobody who knows the ballots and has one; closing the record decides nothing.
    """
    if (seat.evaluation.phase, to) == (Phase.MEETING, Phase.DECIDED):
        require_impartial(session, seat)
        refuse_partial_recommendation(session, seat.evaluation)
    elif to is not Phase.ARCHIVED:
        require_impartial_once_shown(session, seat)


def refuse_return_from_away(session: Session, seat: Seat, to: Phase) -> None:
    """Raise Invalid for a step back to set-up by who stays away from a vendor while ballots are
    open: whether it can be done depends on what was marked, of that vendor as well."""
    if to is Phase.SETUP:
        words = N_(
            "You have a conflict of interest with %(vendor)s: once ballots are open, another chair"
            " goes back to set-up. You can make another member of the committee a chair."
        )
        refuse_who_stays_away(session, seat.actor, seat.evaluation, words)


def refuse_partial_recommendation(session: Session, evaluation: Evaluation) -> None:
    """Raise Invalid if whoever recorded the recommendation has declared a conflict since."""
    name = find_partial_recorder(session, evaluation)
    if name is not None:
        raise Invalid(
            N_(
                "%(name)s recorded the recommendation and has declared a conflict of interest"
                " since: a chair without one must record it again."
            ),
            name=name,
        ).mended_on(MendingPlace.DECISION)


def read_phase_facts(session: Session, seat: Seat, language: str) -> PhaseFacts:
    """Counts and names that hold in every phase."""
    evaluation = seat.evaluation
    criteria = {
        row.id: translate_rubric_text(row, "title", language)
        for part in list_rubric_parts(session, evaluation.id)
        for row in part.criteria
    }
    assignments = load_assignments(session, evaluation.id)
    coverage = list_criterion_coverage(criteria, assignments, rule_of(evaluation))
    rows = [row for row in list_ballot_progress(session, seat) if not row.recused]
    zone = evaluation.district.time_zone
    return PhaseFacts(
        told=tuple(
            member.name
            for member in list_present_members(session, evaluation.id)
            if not is_own_seat(seat, member)
        ),
        criteria=len(criteria),
        vendors=len(list_vendors_in_selection(session, evaluation.id)),
        reviewers=len(assignments),
        thin=tuple(criteria[row.criterion] for row in coverage if row.thin),
        uncosted=list_uncosted_vendors(session, seat),
        closing_set=evaluation.closes_on is not None or evaluation.ends_at is not None,
        early=evaluation.closes_on is not None
        and not is_after_closing(now_utc(), evaluation.closes_on, zone),
        ballots=count_submitted_ballots(rows),
        unconfirmed=list_unconfirmed_reviewers(rows),
        partial=bool(seat.shut_out),
        not_come=tuple(member.name for member in list_reviewers_to_come(session, evaluation.id)),
        sitting=find_current_meeting(session, evaluation.id) is not None,
        in_place=evaluation.in_place,
        issued=is_memo_issued(session, evaluation),
    )


def is_memo_issued(session: Session, evaluation: Evaluation) -> bool:
    """Whether there is an issue of the memo that tells of the decision."""
    wanted = select(MemoIssue.id).where(
        MemoIssue.evaluation_id == evaluation.id, MemoIssue.decided_at == evaluation.decided_at
    )
    return session.scalar(wanted.limit(1)) is not None


def list_unconfirmed_reviewers(rows: list[BallotProgress]) -> tuple[str, ...]:
    """Whose ballot was entered for them and not confirmed."""
    return tuple(
        dict.fromkeys(row.member.name for row in rows if row.entered and not row.confirmed)
    )


def is_own_seat(seat: Seat, member: Member) -> bool:
    """Whether it is the actor's; nobody is told of what they do themselves."""
    return seat.member is not None and seat.member.id == member.id


def count_submitted_ballots(rows: list[BallotProgress]) -> tuple[BallotsOfReviewer, ...]:
    """By reviewer, in their order."""
    found: dict[int, BallotsOfReviewer] = {}
    for row in rows:
        so_far = found.get(row.member.id, BallotsOfReviewer(row.member.name, 0, 0))
        done = row.state is BallotState.SUBMITTED
        found[row.member.id] = replace(
            so_far, submitted=so_far.submitted + done, all=so_far.all + 1
        )
    return tuple(found.values())


def add_decision_facts(
    session: Session, evaluation: Evaluation, facts: PhaseFacts, language: str
) -> PhaseFacts:
    """The facts with what is recommended, and what was left open."""
    decision = recommendation_of(session, evaluation.id)
    vendor = decision.vendor if decision else None
    stated, everybody = count_stated_positions(session, evaluation.id)
    return replace(
        facts,
        recommended=vendor.name if vendor else "",
        without_position=everybody - stated,
        doubts=find_decision_doubts(session, evaluation, language),
    )


def find_decision_doubts(
    session: Session, evaluation: Evaluation, language: str = ""
) -> tuple[Remark, ...]:
    """What the decision leaves open, as things stand."""
    decision = recommendation_of(session, evaluation.id)
    vendor = decision.vendor if decision else None
    return list_decision_doubts(
        DecisionBasis(
            results=read_matrix(session, evaluation, language).results,
            recommended=vendor.code if vendor else None,
            prices={
                row.code: row.price for row in list_vendors_in_selection(session, evaluation.id)
            },
            sealed=evaluation.hides_prices,
            opened_late=were_prices_opened_late(evaluation.prices_opened_at, evaluation.decided_at),
            price_readers=load_memo_prices(session, evaluation).count_readers(),
            sittings=count_meetings(session, evaluation.id),
            unattended=count_unattended_motions(session, evaluation.id),
            outside=load_minutes(session, evaluation.id).recorded_outside,
        )
    )
