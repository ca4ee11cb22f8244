"""An evaluation in which everything has happened that the journal tells of, and one of a file."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path

from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.meeting.agenda import fingerprint_cells
from crrubric.domain.meeting.ranking import RankingInput, encode_order
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.planning.calibration import GUIDE
from crrubric.domain.planning.cohort import CohortGroup
from crrubric.domain.planning.followup.measures import MeasureUnit
from crrubric.domain.planning.items import ItemState
from crrubric.domain.planning.progress import digest_goal
from crrubric.domain.planning.prompts import HintKey, HintKind
from crrubric.domain.planning.triage import Setting
from crrubric.domain.planning.venues import Venue, VenueHours, VenueKind
from crrubric.domain.procurement.binder import LineRecord
from crrubric.domain.procurement.line_states import EvidenceLevel, LineState
from crrubric.domain.procurement.purchase import (
    DAYS,
    FundKind,
    FundShare,
    LimitKind,
    OwnLimit,
    PurchaseDays,
    PurchaseFacts,
    PurchaseMethod,
)
from crrubric.domain.record.retention.times import (
    KeepingTimes,
)
from crrubric.domain.results.offers import PriceLine
from crrubric.domain.results.priced_seats import SeatFacts
from crrubric.domain.setup.assignment import Assignment
from crrubric.domain.setup.rubric import RubricTension
from crrubric.domain.vocabulary import (
    Answer,
    CommitmentState,
    CorrectionEffect,
    DeclarationKind,
    EntrySource,
    Outcome,
    Phase,
    PlanAccess,
    PositionKind,
    PriceKind,
    RecordKind,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import Criterion, Declaration, Evaluation, Member
from crrubric.queries.exchange.redactions import TextFilter, list_texts
from crrubric.queries.people.access import find_evaluation, require
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.planning.proposals import list_item_proposals
from crrubric.queries.planning.reviews import load_review_calendar
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.rubrics import read_rubric
from crrubric.services.ballots import attachments, declarations, entries, seals
from crrubric.services.exchange.archives.archives import make_archive
from crrubric.services.exchange.archives.redactions import choose_redaction, withdraw_redaction
from crrubric.services.exchange.imports import import_marks, import_new_evaluation
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.meeting import (
    decisions,
    meetings,
    motions,
    positions,
    promises,
    reinstatements,
)
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.memo.letters import LetterWords, set_letter_words
from crrubric.services.memo.naming import set_memo_names
from crrubric.services.memo.narratives import write_narratives
from crrubric.services.people.district import set_district, set_logo
from crrubric.services.planning import (
    actuals,
    calibrations,
    items,
    measures,
    reviews,
    settlements,
    votes,
    workbook,
)
from crrubric.services.planning.hints import SettledHint, settle_hint
from crrubric.services.planning.kept_counts import keep_counts
from crrubric.services.planning.people import assign_plan_section
from crrubric.services.planning.seats import set_seats
from crrubric.services.planning.venues import set_venues
from crrubric.services.procurement import lines, purchases
from crrubric.services.questions import answers, askings, questions
from crrubric.services.record.retention import propose_removal, set_keeping_times
from crrubric.services.setup import (
    assignments,
    committee,
    corrections,
    earlier,
    evaluations,
    phases,
    practice,
    rubrics,
    rules,
    sections,
    vendors,
    withdrawals,
)
from crrubric.services.setup.offers.further_prices import set_further_prices
from crrubric.services.setup.rubric import order as rubric_order
from crrubric.services.setup.rubric.files import import_rubric
from crrubric.services.setup.rubric.library import keep_rubric
from tests import in_meeting
from tests.factories import Factory, Made, ballot_of, full_rubric
from tests.integration.drawn import draw_logo
from tests.uploads import pdf

DAY = date(2026, 1, 5)
FILE = """reviewer,vendor,criterion,mark,note
Ann,Acme,c1,YES,=1+1
Ann,Acme,c2,NO,
Ben,Acme,c1,NOT_APPLICABLE,
Ben,Bolt,c2,CANNOT_TELL,Later.
"""


def make_whole_record(make: Factory, folder: Path) -> Made:
    """Evaluations whose rows fill every table that the journal tells of."""
    return make.make_once(
        "whole record", lambda: fill_every_table(make, folder), by_any_worker=True
    )


def fill_every_table(make: Factory, folder: Path) -> Made:
    """Let everything happen, through the services; most of it in the evaluation made last."""
    start_with_needs(make)
    made = make.evaluation(rubric=full_rubric(), reviewers=3, vendors=3)
    administrator = make.actor("Site", standing=Standing.ADMINISTRATOR)
    set_keeping_times(administrator, KeepingTimes(mail_days=400, hold=""))
    propose_removal(administrator, RecordKind.MAIL)
    set_keeping_times(administrator, KeepingTimes(mail_days=400, hold="An audit"))
    set_district(
        administrator,
        name="Our schools",
        time_zone="America/Denver",
        language="en",
        seen_version=0,
    )
    set_logo(administrator, draw_logo((20, 80, 107)))
    set_logo(administrator, draw_logo((107, 80, 20)))
    prepare(made)
    vote_on_must_haves(made)
    plan_triage(made)
    plan(made)
    list_what_to_do(made)
    follow(made)
    practice_once(made)
    make.forward(made, Phase.SCORING, {(0, 0): "YNY", (0, 1): "NYY", (1, 0): "YN"})
    score(make, made)
    ask(made)
    bring_in(made, folder)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    meet(made)
    recommend(made)
    write_for_the_memo(made)
    buy(made)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    issue_twice(made)
    keep_for_good(made)
    end = LetterWords(contact="Purchasing, 555 0100", closing="Thank you.")
    set_letter_words(made.chair, made.slug, end)
    until = date(2034, 6, 30)
    evaluations.set_retention(made.chair, made.slug, until=until, hold="A protest")
    phases.change_phase(made.chair, made.slug, Phase.ARCHIVED)
    return made


def keep_for_good(made: Made) -> None:
    """Black out two texts, show one of them again, and make an archive."""
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)
    seat = require(made.chair, Action.MAKE_ARCHIVE, evaluation, db.session())
    some = list_texts(db.session(), seat, TextFilter())[:2]
    db.session.rollback()
    for row in some:
        choose_redaction(made.chair, made.slug, row.place, "It tells about a student.")
    withdraw_redaction(made.chair, made.slug, some[0].place)
    make_archive(made.chair, made.slug, BytesIO())


def issue_twice(made: Made) -> None:
    """A memo, and a correction that gives roles instead of names."""
    issue_memo(made.chair, made.slug, IssueText(language="en"))
    set_memo_names(made.chair, made.slug, names_people=False)
    text = IssueText(language="es", reason="Names are not to be printed.")
    issue_memo(made.chair, made.slug, text)


def start_with_needs(make: Factory) -> None:
    """An evaluation of the curriculum in place, and one that takes over what that found."""
    made = make.evaluation(title="What we have", vendors=1)
    title = made.evaluation.title
    evaluations.change_evaluation(
        made.chair, made.slug, title=title, purpose="", closes_on=None, in_place=True
    )
    make.forward(made, Phase.MEETING, {(0, 0): "NYY", (1, 0): "NNY"})
    text = decisions.FindingText(value=Outcome.NOT_MET, reason="It can't be read aloud.")
    cell = made.vendors[0].id, made.criteria[0].id
    in_meeting.record_finding(made.chair, made.slug, *cell, text, seen_version=0)
    decisions.record_decision(
        made.chair, made.slug, decisions.DecisionText(vendor_id=None, reason="No.")
    )
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    more = {"with_needs": True, "with_record": True}
    earlier.start_from_earlier(made.chair, made.slug, title="The next one", **more)


def member_of(made: Made, reviewer: int) -> int:
    wanted = select(Member.id).where(
        Member.evaluation_id == made.evaluation.id,
        Member.user_id == made.reviewers[reviewer].user_id,
    )
    return db.session.scalars(wanted).one()


def prepare(made: Made) -> None:
    chair, slug, first = made.chair, made.slug, made.criteria[0]
    two = frozenset(row.id for row in made.criteria[:2])
    some = Assignment(frozenset({made.vendors[0].id}), two)
    assignments.assign_reviewer(chair, slug, member_of(made, 1), some)
    rules.set_rule(chair, slug, rules.RuleSettings(quorum=1))
    text = rubrics.CriterionText(title=first.title, question=first.question, must_have=True)
    rubrics.change_criterion(chair, slug, first.id, text)
    section = rubrics.add_section(chair, slug, title="More")
    last = rubrics.add_criterion(chair, slug, section.id, rubrics.CriterionText(title="Last"))
    made.criteria.append(last)
    rubric_order.move_criterion(chair, slug, first.id, by=1)
    sections.rename_section(
        chair, slug, section.id, title="Others", translations={"es": {"title": "Otros"}}
    )
    own = read_rubric(db.session(), db.session.get_one(Evaluation, made.evaluation.id))
    pair = RubricTension((first.code, last.code), "Both take time.", {"es": {"why": "Sí"}})
    import_rubric(chair, slug, replace(own, version="2", tensions=(pair,)), name="rubric.toml")
    keep_rubric(chair, slug, rubric_id=None, name="Our rubric", note="As it was.")
    empty = rubrics.add_section(chair, slug, title="Empty")
    sections.remove_section(chair, slug, empty.id)
    gone = vendors.add_vendor(chair, slug, vendors.VendorFacts(company="Gone"))
    vendors.remove_vendor(chair, slug, gone.id)
    facts = vendors.VendorFacts(
        company="Ace", product="A", unit_price_cents=100, quantity=2, price_rise=350
    )
    vendors.change_vendor(chair, slug, made.vendors[0].id, facts)
    training = PriceLine(kind=PriceKind.TRAINING, unit_cents=95_000, once=True, note="Two days")
    set_further_prices(chair, slug, made.vendors[0].id, [training])
    set_seats(
        chair, slug, SeatFacts(low=80, high=120, at_once=40, note="From a list", fund="General")
    )
    for words in ("A report", "Another"):
        attachments.attach_vendor_file(
            chair, slug, made.vendors[0].id, name=f"{words}.pdf", data=pdf(words)
        )
    offer = attachments.attach_vendor_file(
        chair, slug, made.vendors[0].id, name="Offer.pdf", data=pdf("Offer")
    )
    attachments.set_file_prices(chair, slug, offer.vendor_id, offer.key, tells_prices=True)
    evaluations.change_evaluation(
        chair,
        slug,
        title="All of it",
        purpose="To choose.",
        closes_on=date(2199, 1, 1),
        ends_at=datetime(2199, 1, 2, tzinfo=UTC),
    )


def vote_on_must_haves(made: Made) -> None:
    """A round that is closed, with answers reopened, sealed by the closing, and to old words."""
    votes.open_vote(made.chair, made.slug)
    for reviewer, answer in zip(made.reviewers, (Answer.YES, Answer.NO), strict=False):
        for criterion in made.criteria[:2]:
            votes.record_vote(
                reviewer, made.slug, criterion.id, answer=answer, note="So.", seen_version=0
            )
    member = votes.submit_vote(made.reviewers[0], made.slug).member_id
    votes.reopen_vote(made.chair, made.slug, member, reason="A slip.")
    votes.submit_vote(made.reviewers[0], made.slug)
    votes.close_vote(made.chair, made.slug)
    settled = settlements.SettledMustHave(must_have=True, reason="We need it.")
    settlements.settle_must_haves(made.chair, made.slug, 1, {made.criteria[0].id: settled})


def plan_triage(made: Made) -> None:
    """A line, a past cohort with a small group, venues, and counts of two rosters."""
    chair, slug = made.chair, made.slug
    calibrations.set_calibration(chair, slug, list(GUIDE.points))
    groups = [
        CohortGroup(
            pace_from=Fraction(n), pace_to=Fraction(n + 1), learners=size, graduated=size // n
        )
        for n, size in ((1, 40), (2, 30), (3, 7))
    ]
    calibrations.set_cohort(chair, slug, groups)
    calibrations.adopt_cohort(chair, slug)
    for kind in VenueKind:
        venue = Venue(kind, VenueHours.OUTSIDE_DAY)
        set_venues(chair, slug, dict.fromkeys(Setting, venue))
    for size in (30, 3):
        counts = {setting: 20 + place for place, setting in enumerate(Setting)}
        keep_counts(chair, slug, {**counts, Setting.HYBRID: size})


def plan(made: Made) -> None:
    chair, slug, asked = made.chair, made.slug, member_of(made, 0)
    goal = {"specific": "Nine of ten finish.", "today": "Call"}
    workbook.save_plan_answers(chair, slug, "goal", goal)
    assign_plan_section(chair, slug, "learners", {asked: PlanAccess.READ})
    assign_plan_section(chair, slug, "learners", {asked: PlanAccess.FILL})
    assign_plan_section(chair, slug, "policy", {asked: PlanAccess.READ})
    assign_plan_section(chair, slug, "support", {asked: PlanAccess.READ})
    assign_plan_section(chair, slug, "support", {asked: None})
    filler, rows = made.reviewers[0], [{"course": "Algebra 1"}]
    workbook.save_plan_answers(filler, slug, "learners", {"barriers": "Work", "iep_504": "14.8"})
    workbook.save_plan_answers(chair, slug, "learners", {"barriers": None, "first": "Seniors"})
    workbook.restore_plan_version(chair, slug, "learners", 1)
    hint = HintKey("learners", "ada", HintKind.MUST_HAVE)
    for taken, why in ((False, "We have other means."), (True, "The law asks for it.")):
        settle_hint(chair, slug, hint, SettledHint(taken=taken, reason=why))
    wording = digest_goal(goal)
    workbook.record_goal_check(filler, slug, "learners", "holds", wording=wording)
    workbook.save_plan_answers(chair, slug, "causes", {"causes": rows})
    workbook.save_plan_answers(chair, slug, "causes", {"causes": [*rows, {"course": "English"}]})


def list_what_to_do(made: Made) -> None:
    """An item of the chair's own that changes hands and is dropped, and one out of the plan."""
    chair, slug, owner = made.chair, made.slug, member_of(made, 0)
    text = items.ItemText(words="Order headsets", owner="Dana", due_on=DAY)
    own = items.add_action_item(chair, slug, text)
    items.change_action_item(
        chair, slug, own.id, items.ItemText(words="Order 40 headsets", member_id=owner)
    )
    items.move_action_item(made.reviewers[0], slug, own.id, ItemState.UNDER_WAY)
    items.move_action_item(chair, slug, own.id, ItemState.DROPPED, reason="We have some.")
    take_all_proposals(made)


def follow(made: Made) -> None:
    """What the plan suggests to measure, one more that is changed, a value that is corrected."""
    chair, slug = made.chair, made.slug
    row = {"measure": "Finished", "baseline": "61 %", "target": "90 %", "by": "2029-06-30"}
    workbook.save_plan_answers(chair, slug, "success", {"measures": [row]})
    measures.take_proposed_measures(chair, slug, ["size"])
    own = measures.add_measure(chair, slug, measures.MeasureText(words="Seats"))
    text = measures.MeasureText(
        words="Seats used",
        unit=MeasureUnit.PERCENT,
        baseline="61.50",
        baseline_on=date(2022, 1, 5),
        target="90",
    )
    measures.change_measure(chair, slug, own.id, text)
    value = actuals.ActualText(period="2022-23", value="70", told_by="Registrar", note="All")
    first = actuals.record_actual(chair, slug, own.id, value)
    other = actuals.ActualText(period="2023-06-01", value="71", told_by="Registrar")
    actuals.correct_actual(chair, slug, first.id, other, reason="Counted again.")
    meet_for_review(made)


def meet_for_review(made: Made) -> None:
    """A review of the plan, with a decision; told anew."""
    chair, slug, there = made.chair, made.slug, [member_of(made, 0), member_of(made, 1)]
    planned = {"on": "2027-01-15", "about": "First semester"}
    workbook.save_plan_answers(chair, slug, "success", {"reviews": [planned]})
    (row,) = load_review_calendar(db.session(), made.evaluation.id).planned
    db.session.rollback()
    text = reviews.ReviewText(
        held_on=date(2023, 1, 15), about="First semester", present=there, others="Registrar",
        minutes="Who finished, and why.", decisions="Count again",
        next_on=date(2027, 6, 1),
    )  # fmt: skip
    review = reviews.record_review(chair, slug, text, origin=row.origin)
    told = replace(text, minutes="Who finished.", present=there[:1])
    reviews.change_review(chair, slug, review.id, told)


def write_for_the_memo(made: Made) -> None:
    """Texts about two vendors; one is changed, one is taken out again."""
    chair, slug = made.chair, made.slug
    for vendor in made.vendors[:2]:
        texts = {part: f"{part.value}: seen." for part in NarrativePart}
        write_narratives(chair, slug, vendor.id, texts)
    write_narratives(chair, slug, vendor.id, {NarrativePart.GAPS: "- No captions."})


def buy(made: Made) -> None:
    """A purchase with all of its facts and days; lines about two vendors, and one of its own."""
    chair, slug = made.chair, made.slug
    facts = PurchaseFacts(
        method=PurchaseMethod.PROPOSALS, method_reason="Above the limit.", solicitation="RFP 7",
        estimate_cents=4_000_050, estimate_on=DAY, estimate_note="Last contract.",
        funds=(FundShare(kind=FundKind.TITLE_I_A, name="Title I", share=6_000),),
        limits=(OwnLimit(kind=LimitKind.BOARD, cents=2_500_000, source="DJ", since=DAY),),
    )  # fmt: skip
    purchases.set_purchase_facts(chair, slug, facts)
    purchases.set_purchase_facts(chair, slug, replace(facts, solicitation="RFP 8"))
    days = dict.fromkeys(DAYS, DAY)
    purchases.set_purchase_days(chair, slug, PurchaseDays(**days, board_motion="2023-17"))
    shown = LineRecord(
        state=LineState.DONE, note="The study.", kept_at="Binder 3", done_on=DAY,
        done_by="Purchasing", level=EvidenceLevel.MODERATE, vendor_id=made.vendors[0].id,
    )  # fmt: skip
    lines.record_purchase_line(chair, slug, "evidence_level", shown)
    other = replace(shown, vendor_id=made.vendors[1].id)
    lines.record_purchase_line(chair, slug, "evidence_level", other)
    own = lines.add_purchase_line(chair, slug, "Local preference")
    none = LineRecord(state=LineState.NOT_APPLICABLE, title="Local offers", note="No law.")
    lines.record_purchase_line(chair, slug, own, none)


def take_all_proposals(made: Made) -> None:
    session = db.session()
    seat = require(made.chair, Action.MANAGE_ITEMS, find_evaluation(session, made.slug), session)
    origins = [each.origin for each in list_item_proposals(session, seat)]
    items.take_proposed_items(made.chair, made.slug, origins)


def practice_once(made: Made) -> None:
    phases.change_phase(made.chair, made.slug, Phase.PRACTICE)
    practice.record_practice_mark(
        made.reviewers[0], made.slug, made.criteria[0].id, answer=Answer.YES, seen_version=0
    )
    practice.finish_practice(made.reviewers[0], made.slug)
    practice.show_spread(made.chair, made.slug)


def score(make: Factory, made: Made) -> None:
    chair, slug, vendor = made.chair, made.slug, made.vendors[0]
    attachments.attach_mark_file(
        made.reviewers[0], slug, vendor.id, made.criteria[0].id, name="a.pdf", data=pdf("Seen")
    )
    make.submit(made, 0, 0, why="No time.")
    make.submit(made, 1, 0, why="No time.")
    seals.reopen_ballot(chair, slug, ballot_of(made, 1, 0).id, reason="A slip.")
    make.conflict(made, 2, 1, "A cousin works there.")
    conflict = db.session.scalars(
        select(Declaration.id).where(Declaration.kind == DeclarationKind.CONFLICT)
    ).one()
    declarations.waive_conflict(chair, slug, conflict, reason="A distant one.")
    first = db.session.get_one(Criterion, made.criteria[1].id)
    corrections.correct_criterion(
        chair,
        slug,
        first.id,
        corrections.Correction(
            title="Clearer",
            question=first.question,
            look_for=first.look_for,
            effect=CorrectionEffect.KEEP,
            reason="A slip of the pen.",
        ),
    )
    withdrawals.withdraw_vendor(chair, slug, made.vendors[2].id, reason="It withdrew its offer.")
    committee.remove_member(chair, slug, committee_member(make, made))
    # whoever enters a ballot has seen it, and from then on chooses nothing of what counts
    given = {made.criteria[0].id: entries.MarkText(answer=Answer.YES, note="On paper.")}
    entries.enter_ballot(
        chair,
        slug,
        ballot_of(made, 2, 0).id,
        entries.EnteredBallot(
            source=EntrySource.PAPER, given_on=DAY, no_conflict=True, marks=given, rest="No."
        ),
    )
    entries.confirm_ballot(made.reviewers[2], slug, vendor.id)


def committee_member(make: Factory, made: Made) -> int:
    """Somebody who has a seat for a while."""
    make.reviewer(made.chair, made.slug)
    wanted = select(Member.id).where(Member.evaluation_id == made.evaluation.id)
    return max(db.session.scalars(wanted))


def ask(made: Made) -> None:
    chair, slug, vendor, who = made.chair, made.slug, made.vendors[0].id, made.reviewers[0]
    asked = [
        askings.ask_vendor(who, slug, vendor, made.criteria[0].id, words=words).id
        for words in ("Is it captioned?", "Who grades?", "Not this.")
    ]
    one = questions.merge_askings(chair, slug, vendor, asked[:1], words="Captions?")
    questions.join_question(chair, slug, vendor, asked[1:2], question_id=one.id)
    questions.set_aside_asking(chair, slug, asked[2], reason="Known.")
    other = questions.write_question(chair, slug, vendor, words="When?")
    answers.send_questions(chair, slug, vendor, day=DAY)
    answers.record_answer(chair, slug, one.id, answer="Yes.", day=DAY, seen_version=1)
    answers.withdraw_question(chair, slug, other.id, reason="No longer needed.")


def meet(made: Made) -> None:
    chair, slug = made.chair, made.slug
    ace, bolt = made.vendors[0].id, made.vendors[1].id
    meetings.start_meeting(chair, slug, place="Room 4")
    meetings.record_attendance(chair, slug, [member_of(made, 0), member_of(made, 1)])
    meetings.record_attendance(chair, slug, [member_of(made, 0)])
    meetings.record_attendance(chair, slug, [member_of(made, number) for number in range(3)])
    taken_wrong = meetings.record_motion(
        chair, slug, meetings.MotionText(words="Break", in_favor=2)
    )
    right = meetings.MotionText(words="A break", in_favor=1, opposed=2, seconded_by="Ben")
    motions.correct_motion(chair, slug, taken_wrong.id, right, reason="Miscounted.")
    session = db.session()
    evaluation = find_evaluation(session, slug)
    seat = require(chair, meetings.Action.RECORD_FINDING, evaluation, session)
    cells = meetings.list_undisputed_for_seat(read_matrix(session, evaluation), seat)
    motion = meetings.MotionText(words="Adopt", in_favor=3, moved_by="Ann", seconded_by="Ben")
    if cells:
        meetings.adopt_undisputed_cells(chair, slug, motion, shown=fingerprint_cells(cells))
    taken = {(cell.vendor, cell.criterion) for cell in cells}
    names = {vendor.id: vendor.code for vendor in made.vendors}
    free = [row for row in made.criteria if (names[ace], row.code) not in taken]
    finding = decisions.FindingText(Outcome.MET, "Shown.", "The demo.", "All")
    in_meeting.record_finding(chair, slug, ace, free[0].id, finding, seen_version=0)
    in_meeting.defer_cell(chair, slug, ace, free[1].id, reason="Next week.")
    reinstatements.reinstate_vendor(chair, slug, bolt, reason="It is being mended.")
    meetings.end_meeting(chair, slug)


def recommend(made: Made) -> None:
    chair, slug, vendor = made.chair, made.slug, made.vendors[0]
    text = decisions.DecisionText(vendor_id=vendor.id, reason="It fits.", conditions="Captions.")
    session = db.session()
    results = read_matrix(session, find_evaluation(session, slug)).results
    ranks = {**{row.code: 2 for row in results.vendors}, vendor.code: 1}
    order = RankingInput(ranks, reason="So agreed.", shown=encode_order(results))
    decisions.record_decision(chair, slug, text, order)
    positions.state_position(made.reviewers[0], slug, kind=PositionKind.SUPPORT)
    kept, gone = (
        positions.record_commitment(
            chair, slug, vendor.id, positions.CommitmentText(words, owner="Dana", due_on=DAY)
        ).id
        for words in ("Captions by June", "A lower price")
    )
    take_all_proposals(made)
    promises.settle_commitment(chair, slug, kept, CommitmentState.KEPT, reason="Shown.")
    broken = CommitmentState.BROKEN
    promises.settle_commitment(chair, slug, kept, broken, reason="Half of them.")
    positions.withdraw_commitment(chair, slug, gone, reason="Not agreed.")


def bring_in(made: Made, folder: Path) -> None:
    """An evaluation out of a file, and marks of another file in the one that is there."""
    path = folder / "marks.csv"
    path.write_text(FILE, encoding="utf-8")
    rule = rules.RuleSettings(quorum=1)
    import_new_evaluation(OPERATOR, read_path(path), title="Out of a file", rule=rule)
    line = f"{made.reviewers[0].name},{made.vendors[1].code},{made.criteria[4].code},YES"
    path.write_text(f"reviewer,vendor,criterion,mark\n{line}\n", encoding="utf-8")
    import_marks(OPERATOR, read_path(path), slug=made.slug)
