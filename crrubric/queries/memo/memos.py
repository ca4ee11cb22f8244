"""Everything that the memo of an evaluation says, read in a fixed number of queries."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.domain.meeting.ranking import AdoptedRanking
from crrubric.domain.memo.facts import (
    MemoDeparture,
    MemoFacts,
    MemoPractice,
    MemoRevision,
    MemoVendor,
)
from crrubric.domain.memo.issuing.issues import IssueStamp
from crrubric.domain.memo.issuing.roles import Say, hide_names
from crrubric.domain.memo.meeting_facts import (
    MemoCommitment,
    MemoEarlierDecision,
    MemoPosition,
    MemoRecommendation,
    MemoReinstatement,
)
from crrubric.domain.results.contradictions import find_contradictions
from crrubric.domain.vocabulary import Phase
from crrubric.models import (
    Decision,
    Evaluation,
    JournalEntry,
    Member,
    Vendor,
)
from crrubric.queries.meeting.decisions import (
    count_stated_positions,
    find_adopted_ranking,
    find_partial_recorder,
    list_commitments,
    list_disclosed_positions,
    list_reinstatements,
    recommendation_of,
)
from crrubric.queries.meeting.meetings import load_minutes
from crrubric.queries.memo.blindness import load_memo_blindness
from crrubric.queries.memo.issues import find_standing_issue
from crrubric.queries.memo.narratives import load_memo_narratives
from crrubric.queries.memo.notes import list_memo_notes
from crrubric.queries.memo.people import (
    list_appointments,
    list_departed_members,
    list_memo_changed_conflicts,
    list_memo_people,
    list_memo_recusals,
    load_memo_scope,
)
from crrubric.queries.memo.plan import load_memo_plan
from crrubric.queries.memo.prices import load_memo_prices
from crrubric.queries.memo.purchases import load_memo_purchase
from crrubric.queries.memo.questions import list_memo_questions
from crrubric.queries.memo.renewals import list_memo_renewals
from crrubric.queries.memo.roles import load_role_book
from crrubric.queries.memo.sittings import load_memo_sitting
from crrubric.queries.memo.votes import list_memo_votes
from crrubric.queries.record.journal import find_journal_head
from crrubric.queries.results.bases import load_basis_hash
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.queries.setup.rubrics import list_revisions, list_tension_values
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.queries.shared.reading import end_reading


def load_memo_facts(
    session: Session,
    evaluation: Evaluation,
    language: str,
    shut_out: frozenset[int] = frozenset(),
    issue: IssueStamp | None = None,
    say: Say | None = None,
    reader: int | None = None,
) -> MemoFacts:
    """The facts of the memo; times in the district's zone. Ends the reading transaction.

    Args: shut_out: vendors from which whoever reads it stays away. Until the decision is final,
    who wrote what of those, what they were asked and have promised, and what became of single
    ballots for them is not for these readers; the final memo is the same for everybody. issue: the
    memo is to be this one; None: it is a draft. say: other translations for roles. reader: the
    account of whoever reads a draft, who is told nothing of an earlier evaluation in which they
    stayed away from the vendor.
    Raises: NotFound before the meeting.
    """
    read = read_matrix(session, evaluation, language)
    decision = recommendation_of(session, evaluation.id)
    zone = ZoneInfo(evaluation.district.time_zone)
    minutes = load_minutes(session, evaluation.id)
    held = minutes.sittings[::-1]

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment else None

    final = evaluation.phase in {Phase.DECIDED, Phase.ARCHIVED}
    away = frozenset() if final else shut_out
    read_facts = partial(
        MemoFacts,
        title=evaluation.title,
        district=evaluation.district.name,
        reference=evaluation.slug,
        purpose=evaluation.purpose,
        in_place=evaluation.in_place,
        language=language,
        documents=evaluation.language,
        zone=zone,
        on=(local(evaluation.decided_at) or now_utc().astimezone(zone)).date(),
        final=final,
        opened_at=local(evaluation.opened_at),
        closed_at=local(evaluation.closed_at),
        decided_at=local(evaluation.decided_at),
        rubric_name=evaluation.rubric_name,
        rubric_version=evaluation.rubric_version,
        people=list_memo_people(session, evaluation),
        asked=load_memo_scope(session, evaluation),
        recusals=list_memo_recusals(session, evaluation, zone),
        changed_conflicts=list_memo_changed_conflicts(session, evaluation, zone),
        vendors=tuple(make_memo_vendor(row, read) for row in read.vendors.values()),
        results=read.results,
        recommendation=load_memo_recommendation(session, evaluation, decision, zone),
        notes=list_memo_notes(session, evaluation, language, away),
        narratives=load_memo_narratives(session, evaluation, away),
        kept_back=frozenset(code for code, row in read.vendors.items() if row.id in away),
        journal_head=find_journal_head(session, evaluation),
        basis_hash=load_basis_hash(session, evaluation, read),
        names_people=evaluation.names_people,
        issue=issue,
        latest_issue=find_standing_issue(session, evaluation),
        positions=tuple(
            MemoPosition(
                name=row.member.name,
                stakeholder=row.member.stakeholder,
                kind=row.kind,
                words=row.words,
                earlier=decision is not None and row.stated_at < decision.recorded_at,
            )
            for row in list_disclosed_positions(session, evaluation)
        ),
        commitments=tuple(
            MemoCommitment(row.vendor.name, row.words, row.owner, row.due_on)
            for row in list_commitments(session, evaluation.id)
            if row.vendor.withdrawn_at is None and row.vendor_id not in away
        ),
        contradictions=find_contradictions(
            read.results, list_tension_values(session, evaluation.id, language)
        ),
        blindness=load_memo_blindness(session, evaluation, zone, away),
        practice=load_memo_practice(session, evaluation, zone),
        renewals=list_memo_renewals(session, evaluation, language, None if final else reader),
        votes=list_memo_votes(session, evaluation, zone, language),
        earlier_decisions=list_earlier_decisions(session, evaluation, zone) if decision else (),
        revisions=list_memo_corrections(session, evaluation, zone, language),
        departed_vendors=list_departed_vendors(session, evaluation, zone),
        appointments=list_appointments(session, evaluation, zone),
        departed_members=list_departed_members(session, evaluation, zone),
        sittings=tuple(load_memo_sitting(row, zone, language) for row in held),
        unattended=sum(len(row.motions) for row in held if not row.attendance),
        outside=minutes.recorded_outside,
        stated=count_stated_positions(session, evaluation.id) if final else (0, 0),
        ranking=load_memo_ranking(session, decision, zone),
        reinstatements=tuple(
            MemoReinstatement(
                row.vendor.code,
                row.reason,
                row.at.astimezone(zone),
                tuple(zip(row.codes, row.titles, strict=True)),
            )
            for row in list_reinstatements(session, evaluation.id, language)
        ),
        questions=list_memo_questions(session, evaluation, language, away),
        prices=load_memo_prices(session, evaluation, zone),
        seats_note=evaluation.seats_note,
        fund=evaluation.fund,
        plan=load_memo_plan(session, evaluation),
        purchase=load_memo_purchase(session, evaluation, language, away, decision),
    )
    book = None if evaluation.names_people else load_role_book(session, evaluation, language, say)
    end_reading(session)  # what follows is arithmetic, and can take seconds
    facts = read_facts(
        reliability=read.reliability,
        robustness=read.robustness,
    )
    return facts if book is None else hide_names(facts, book)


def load_memo_practice(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> MemoPractice | None:
    """The practice round, if there was one, also if the evaluation went back to set-up after it.

    Read in the journal, and in seats of which it tells: of practice marks it does not.
    """
    told = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.evaluation_id == evaluation.id,
            JournalEntry.event.in_((Event.PHASE_CHANGED, Event.PRACTICE_RESTARTED)),
        )
        .order_by(JournalEntry.number)
    ).all()
    begun = [row for row in told if (row.after or {}).get("phase") == Phase.PRACTICE]
    if not begun:
        return None
    finished = select(func.count(Member.practiced_at)).where(Member.evaluation_id == evaluation.id)
    return MemoPractice(
        begun[0].at.astimezone(zone),  # what was marked before a step back stays
        session.scalar(finished) or 0,
        restarted=any(row.event is Event.PRACTICE_RESTARTED for row in told),
    )


def list_earlier_decisions(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> tuple[MemoEarlierDecision, ...]:
    """Decisions that were made and taken back, the first first, as the journal tells them."""
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.evaluation_id == evaluation.id,
            JournalEntry.event.in_((Event.DECISION_RECORDED, Event.PHASE_CHANGED)),
        )
        .order_by(JournalEntry.number)
    )
    vendor, made_at, found = None, None, []
    for entry in entries:
        before, after = entry.before or {}, entry.after or {}
        if entry.event is Event.DECISION_RECORDED:
            vendor = after["vendor"]
        elif (before["phase"], after["phase"]) == (Phase.MEETING, Phase.DECIDED):
            made_at = entry.at.astimezone(zone)
        elif (before["phase"], after["phase"]) == (Phase.DECIDED, Phase.MEETING) and made_at:
            back_at = entry.at.astimezone(zone)
            found.append(MemoEarlierDecision(vendor, made_at, back_at, entry.reason or ""))
    return tuple(found)


def list_memo_corrections(
    session: Session, evaluation: Evaluation, zone: ZoneInfo, language: str
) -> tuple[MemoRevision, ...]:
    """Corrections of the rubric after ballots opened, for the last time."""
    return tuple(
        MemoRevision(
            number=row.number,
            title=translate_rubric_text(row.criterion, "title", language),
            effect=row.effect,
            reason=row.reason,
            at=row.made_at.astimezone(zone),
            after_shown=evaluation.shown_at is not None and row.made_at > evaluation.shown_at,
            changed=tuple(
                (str(row.before[text]), str(row.after[text]))
                for text in ("title", "question", "look_for")
                if text in row.after
            ),
        )
        for row in list_revisions(session, evaluation.id)
    )


def list_departed_vendors(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> tuple[MemoDeparture, ...]:
    """Every time that a vendor left the selection or came back, with the reason."""
    rows = session.execute(
        select(JournalEntry, Vendor.name)
        .join(Vendor, Vendor.id == JournalEntry.vendor_id)
        .where(
            JournalEntry.evaluation_id == evaluation.id,
            JournalEntry.event.in_((Event.VENDOR_WITHDRAWN, Event.VENDOR_RESTORED)),
        )
        .order_by(JournalEntry.number)
    )
    return tuple(
        MemoDeparture(
            name=name,
            at=row.at.astimezone(zone),
            reason=row.reason or "",
            back=row.event is Event.VENDOR_RESTORED,
        )
        for row, name in rows
    )


def make_memo_vendor(row: Vendor, read: Matrix) -> MemoVendor:
    """The vendor under the name that the results use."""
    name = next(v.name for v in read.results.vendors if v.code == row.code)
    return MemoVendor(
        code=row.code,
        name=name,
        product=row.product,
        version=row.product_version,
        price=row.price,
    )


def load_memo_ranking(
    session: Session, decision: Decision | None, zone: ZoneInfo
) -> AdoptedRanking | None:
    """The order that the committee adopted, its moment in the district's zone."""
    found = find_adopted_ranking(session, decision)
    return replace(found, at=found.at.astimezone(zone)) if found else None


def load_memo_recommendation(
    session: Session, evaluation: Evaluation, row: Decision | None, zone: ZoneInfo
) -> MemoRecommendation | None:
    """What the committee adopted, if anything."""
    if row is None:
        return None
    return MemoRecommendation(
        vendor=row.vendor.code if row.vendor else None,
        reason=row.reason,
        conditions=row.conditions,
        term=row.term,
        cost_ceiling=row.cost_ceiling,
        at=row.recorded_at.astimezone(zone),
        by=row.recorded_by,
        partial=find_partial_recorder(session, evaluation) is not None,
    )
