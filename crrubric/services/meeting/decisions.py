"""What the committee adopts: findings for cells, and the recommendation."""

from dataclasses import asdict, dataclass, fields, replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, clean_together, refuse_together
from crrubric.domain.events import Event
from crrubric.domain.meeting.ranking import (
    AdoptedRanking,
    RankingInput,
    encode_order,
    refuse_ruled_out,
)
from crrubric.domain.results.outcome import decide_outcome
from crrubric.domain.results.results import Results
from crrubric.domain.text import clean_line, clean_text, require_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import NoticeKind, Outcome
from crrubric.models import (
    Criterion,
    Decision,
    Deferral,
    Evaluation,
    Finding,
    Member,
    Position,
    Vendor,
)
from crrubric.queries.meeting.decisions import (
    find_adopted_ranking,
    find_recording_entry,
    recommendation_of,
)
from crrubric.queries.people.access import (
    refuse_recused,
    require_impartial_once_shown,
    require_locked_evaluation,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.results.marks import read_ballots
from crrubric.queries.results.matrices import read_matrix, rule_of
from crrubric.services.mail.notices import notify_members
from crrubric.services.meeting.rankings import adopt_ranking, clean_ranking
from crrubric.services.meeting.sittings import require_sitting
from crrubric.services.setup.rubrics import find_criterion
from crrubric.services.setup.vendors import find_candidate
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True)
class FindingText:
    """What the committee finds for a cell: why, on what evidence, and who agreed, in words."""

    value: Outcome
    reason: str = ""
    evidence: str = ""
    agreed: str = ""


def clean_finding(text: FindingText) -> FindingText:
    """The finding, cleaned. Raises: Invalid naming every field with which something is wrong."""

    def require_outcome() -> Outcome:
        if text.value is Outcome.UNRESOLVED:
            raise Invalid(N_("Choose Met, Not met or Not applicable."), field="value")
        return text.value

    tidy = clean_together(
        value=require_outcome,
        reason=lambda: clean_text(text.reason, limit=limits.NOTE, field="reason"),
        evidence=lambda: clean_text(text.evidence, limit=limits.NOTE, field="evidence"),
        agreed=lambda: clean_line(text.agreed, limit=limits.SHORT_TEXT, field="agreed"),
    )
    return replace(text, **tidy)


def record_finding(
    actor: Actor,
    slug: str,
    vendor_id: int,
    criterion_id: int,
    text: FindingText,
    *,
    seen_version: int,
    seen_at: str | None = None,
) -> Finding:
    """Adopt a finding for a cell: its outcome, or something else with the committee's reason.

    Ballots stay as they are; a cell that was put off is no longer.
    Args: seen_version: version of the finding that the page showed; 0 where there was none.
    seen_at: when that was recorded: one that was withdrawn and recorded anew counts from 1 again.
    Raises: WrongPhase if no meeting is under way; Stale if somebody recorded one since; Invalid
    without a reason where it differs.
    """
    tidy = clean_finding(text)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RECORD_FINDING, slug)
        refuse_recused(seat, vendor_id)
        vendor = find_candidate(session, seat.evaluation, vendor_id)
        criterion = find_criterion(session, seat.evaluation, criterion_id)
        require_sitting(session, seat.evaluation.id)
        if tidy.value is Outcome.NOT_APPLICABLE and not criterion.may_not_apply:
            raise Invalid(
                N_("This criterion always applies: choose Met or Not met."), field="value"
            )
        outcome = outcome_of(session, seat.evaluation, vendor, criterion)
        if tidy.value is not outcome and not tidy.reason:
            raise Invalid(
                N_("Say why the committee finds this: the memo prints it."), field="reason"
            )
        finding = lock_finding(session, vendor.id, criterion.id)
        _refuse_stale_finding(finding, seen_version, seen_at)
        if {tidy.value, finding.value if finding else outcome} != {outcome}:
            require_impartial_once_shown(session, seat)  # more than to adopt what the votes say
        before = serialize_finding(finding) if finding else None
        if finding is not None and finding.value is not tidy.value and not tidy.reason:
            raise Invalid(
                N_("Say why the committee changes its finding: the record keeps both."),
                field="reason",
            )
        if finding is None:
            finding = Finding(vendor_id=vendor.id, criterion_id=criterion.id, version=0)
            session.add(finding)
        finding.value, finding.as_computed = tidy.value, tidy.value is outcome
        finding.reason, finding.evidence = tidy.reason, tidy.evidence
        finding.agreed, finding.motion_id = tidy.agreed, None
        finding.version += 1
        finding.recorded_by, finding.recorded_at = actor.name, now_utc()
        delete_deferral(session, vendor.id, criterion.id)
        note_event(
            session,
            actor,
            Event.FINDING_RECORDED,
            evaluation_id=seat.evaluation.id,
            subject=f"{vendor.name}: {criterion.title}",
            about=EntryReferences(vendor.id, criterion.id),
            before=before,
            after=serialize_finding(finding),
            reason=tidy.reason,
        )
    return finding


def _refuse_stale_finding(finding: Finding | None, version: int, at: str | None) -> None:
    """Raise Stale if the finding is not the one that was seen."""
    same = (finding.version if finding else 0) == version
    if same and finding is not None and at is not None:
        same = finding.recorded_at.isoformat() == at
    if not same:
        raise Stale(N_("Somebody else recorded a finding here in the meantime: compare the two."))


def outcome_of(
    session: Session, evaluation: Evaluation, vendor: Vendor, criterion: Criterion
) -> Outcome:
    """What the rule makes of the ballots for one cell, read inside the transaction."""
    ballots = read_ballots(session, evaluation.id, [vendor], [criterion])
    tally = ballots.tallies()[vendor.code, criterion.code]
    return decide_outcome(tally, rule_of(evaluation)).outcome


def delete_deferral(session: Session, vendor_id: int, criterion_id: int) -> None:
    """A cell that was put off is so no longer: a finding was adopted."""
    session.execute(
        delete(Deferral).where(
            Deferral.vendor_id == vendor_id, Deferral.criterion_id == criterion_id
        )
    )


def lock_finding(session: Session, vendor_id: int, criterion_id: int) -> Finding | None:
    """The finding of a cell, held until the transaction ends."""
    return session.scalar(
        select(Finding)
        .where(Finding.vendor_id == vendor_id, Finding.criterion_id == criterion_id)
        .with_for_update(of=Finding)
        .execution_options(populate_existing=True)
    )


def serialize_finding(finding: Finding) -> dict[str, object]:
    """A finding as the journal keeps it."""
    return {
        "value": finding.value,
        "as_computed": finding.as_computed,
        "reason": finding.reason,
        "evidence": finding.evidence,
        "agreed": finding.agreed,
    }


def withdraw_finding(
    actor: Actor,
    slug: str,
    vendor_id: int,
    criterion_id: int,
    *,
    reason: str,
    seen_version: int | None = None,
    seen_at: str | None = None,
) -> None:
    """Go back to what the rule makes of the ballots; the journal keeps what was adopted.

    Args: seen_version, seen_at: version of the finding that the page showed, and when it was
    recorded. Raises: WrongPhase if no meeting is under way; Stale if another one was recorded
    since: the reason is not about that; DoneAlready.
    """
    why = require_text(
        reason, N_("Say why the finding is withdrawn."), limit=limits.NOTE, field="reason"
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RECORD_FINDING, slug)
        refuse_recused(seat, vendor_id)
        vendor = find_candidate(session, seat.evaluation, vendor_id)
        criterion = find_criterion(session, seat.evaluation, criterion_id)
        finding = lock_finding(session, vendor.id, criterion.id)
        about = EntryReferences(vendor.id, criterion.id)
        if finding is None:
            confirm_same_act(
                session,
                actor,
                Event.FINDING_WITHDRAWN,
                why,
                evaluation_id=seat.evaluation.id,
                about=about,
            )
            return
        require_sitting(session, seat.evaluation.id)
        if seen_version is not None:
            _refuse_stale_finding(finding, seen_version, seen_at)
        if finding.value is not outcome_of(session, seat.evaluation, vendor, criterion):
            require_impartial_once_shown(session, seat)
        note_event(
            session,
            actor,
            Event.FINDING_WITHDRAWN,
            evaluation_id=seat.evaluation.id,
            subject=f"{vendor.name}: {criterion.title}",
            about=about,
            before=serialize_finding(finding),
            reason=why,
        )
        session.delete(finding)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionText:
    """The recommendation as the chair words it; `vendor_id` None recommends no vendor."""

    vendor_id: int | None
    reason: str
    conditions: str = ""
    term: str = ""
    cost_ceiling: str = ""


def record_decision(
    actor: Actor,
    slug: str,
    text: DecisionText,
    ranking: RankingInput | None = None,
    *,
    seen: str | None = None,
) -> Decision:
    """Record, or reword, the committee's recommendation with the order that it adopts.

    The same by the same person is done once: positions on it stay positions on it.
    Args: ranking: None adopts no order; one that was adopted before is dropped. seen: the version
    that the form showed.
    Raises: Invalid if a reason is missing, if the vendor is not eligible, or as `validate_ranking`;
    Stale.
    """
    tidy = clean_decision(text)
    order = clean_ranking(ranking) if ranking else None
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.RECORD_DECISION, slug)
        decision = recommendation_of(session, evaluation.id)
        adopted_before = find_adopted_ranking(session, decision)
        stored = read_decision_values(decision, adopted_before)
        wanted = {**asdict(tidy), **read_order_values(order)}
        refuse_unseen_change(stored, wanted, seen)
        vendor = find_candidate(session, evaluation, tidy.vendor_id) if tidy.vendor_id else None
        read = read_matrix(session, evaluation)
        code = vendor.code if vendor else None
        refuse_together(
            lambda: refuse_ruled_out(read.results, code, "vendor"),
            lambda: refuse_early_ceiling(evaluation, tidy),
        )
        same = stored == wanted and is_order_unchanged(read.results, adopted_before, order)
        if decision is not None and same and has_recorded_decision(session, actor, evaluation):
            return decision
        if decision is None:
            decision = Decision(evaluation_id=evaluation.id)
            session.add(decision)
        elif decision.vendor_id != tidy.vendor_id:
            clear_positions(session, actor, evaluation, tidy.vendor_id)
        for key, value in asdict(tidy).items():
            setattr(decision, key, value)
        decision.recorded_by, decision.recorded_at = actor.name, now_utc()
        adopted = adopt_ranking(session, decision, read, order, code)
        note_event(
            session,
            actor,
            Event.DECISION_RECORDED,
            evaluation_id=evaluation.id,
            after={**asdict(tidy), "vendor": vendor.name if vendor else None, **adopted},
        )
    return decision


def is_order_unchanged(
    results: Results, before: AdoptedRanking | None, order: RankingInput | None
) -> bool:
    """Whether the computed order is still that which was adopted, and that which the page showed:
    “the computed order” adopts another one by now where it is not."""
    shown = order is None or order.shown == encode_order(results)
    return shown and not (before is not None and before.outdated(results))


def has_recorded_decision(session: Session, actor: Actor, evaluation: Evaluation) -> bool:
    """Whether it was the actor who recorded the recommendation as it stands."""
    entry = find_recording_entry(session, evaluation.id)
    return entry is not None and entry.actor_id == actor.user_id and entry.actor_name == actor.name


def refuse_early_ceiling(evaluation: Evaluation, text: DecisionText) -> None:
    """Raise Invalid for a cost ceiling while prices are sealed."""
    if text.cost_ceiling and evaluation.hides_prices:
        raise Invalid(
            N_("Prices are sealed: open them before you record a cost ceiling."),
            field="cost_ceiling",
        )


def read_decision_values(
    decision: Decision | None, adopted: AdoptedRanking | None
) -> dict[str, object]:
    """The recommendation with the order, as it is stored; nothing where there is none."""
    if decision is None:
        return {}
    text = {field.name: getattr(decision, field.name) for field in fields(DecisionText)}
    if adopted is None:
        return {**text, **read_order_values(None)}
    ranks = None if adopted.as_computed else adopted.ranks
    return {**text, **read_order_values(RankingInput(ranks, adopted.reason))}


def read_order_values(order: RankingInput | None) -> dict[str, object]:
    """The order that is adopted: by ranks, or as computed, or none."""
    if order is None:
        return {"adopts": False}
    ranks = None if order.ranks is None else sorted(order.ranks.items())
    return {"adopts": True, "ranks": ranks, "why_another_order": order.reason}


def clean_decision(text: DecisionText) -> DecisionText:
    """The recommendation in clean text. Raises: Invalid naming the field."""
    tidy = clean_together(
        reason=lambda: require_text(
            text.reason,
            N_("Say why the committee recommends this: the board reads it first."),
            limit=limits.LONG_TEXT,
            field="reason",
        ),
        conditions=lambda: clean_text(text.conditions, limit=limits.LONG_TEXT, field="conditions"),
        term=lambda: clean_line(text.term, limit=limits.SHORT_TEXT, field="term"),
        cost_ceiling=lambda: clean_line(
            text.cost_ceiling, limit=limits.SHORT_TEXT, field="cost_ceiling"
        ),
    )
    return replace(text, **tidy)


def clear_positions(
    session: Session, actor: Actor, evaluation: Evaluation, recommended: int | None
) -> None:
    """Another vendor is recommended: positions on the one before are dropped, and people told.

    The journal keeps what they were. Whoever stays away from the one that is recommended now is
    not asked: they state none.
    """
    members = select(Member.id).where(Member.evaluation_id == evaluation.id)
    stated = session.scalars(
        select(Position.member_id).where(Position.member_id.in_(members))
    ).all()
    if not stated:
        return
    session.execute(delete(Position).where(Position.member_id.in_(stated)))
    notify_members(session, stated, NoticeKind.POSITION_ASKED, {}, vendor_id=recommended)
    note_event(session, actor, Event.POSITIONS_CLEARED, evaluation_id=evaluation.id)
