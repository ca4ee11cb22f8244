"""One evaluation of the demo, made from its part of the file."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.domain.setup.rubric import load_built_in_rubric
from crrubric.domain.text import slug_of
from crrubric.domain.vocabulary import (
    BallotState,
    DeclarationKind,
    EvidenceKind,
    Outcome,
    Phase,
    PriceUnit,
    RuleKind,
    Stakeholder,
)
from crrubric.models import (
    Ballot,
    Criterion,
    Declaration,
    District,
    Evaluation,
    Finding,
    Mark,
    Member,
    Section,
    User,
    Vendor,
)
from crrubric.queries.people.people import Actor, actor_of
from crrubric.queries.record.retention import find_unused_id
from crrubric.queries.setup.vendors import find_unused_vendor_id
from crrubric.services.ballots.ballots import mark_text, serialize_mark
from crrubric.services.ballots.seals import seal_ballot
from crrubric.services.demo.beginnings import begin_evaluation
from crrubric.services.demo.commitments import add_commitments
from crrubric.services.demo.files import add_files
from crrubric.services.demo.items import add_items
from crrubric.services.demo.measures import add_measures
from crrubric.services.demo.meeting import (
    add_positions,
    hold_meetings,
    record_demo_decision,
)
from crrubric.services.demo.offers import add_offers
from crrubric.services.demo.practice import ANSWERS, add_assignments, add_practice_marks
from crrubric.services.demo.purchases import add_purchase_of_demo
from crrubric.services.demo.questions import DemoEvaluation, add_questions
from crrubric.services.demo.triage import add_kept_counts
from crrubric.services.demo.votes import add_vote
from crrubric.services.demo.words import add_memo_words
from crrubric.services.demo.workbook import add_workbook
from crrubric.services.meeting.decisions import serialize_finding
from crrubric.services.setup.evaluations import serialize_seat
from crrubric.services.setup.rubrics import copy_rubric
from crrubric.services.setup.rules import rule_settings
from crrubric.services.setup.vendors import serialize_vendor
from crrubric.services.shared.journal import EntryReferences, note_event


class EvaluationMaker:
    """Makes one evaluation; times are counted back from now, so that the demo never grows old."""

    def __init__(
        self,
        session: Session,
        district: District,
        users: dict[str, User],
        row: Mapping[str, Any],
        known: Mapping[str, Evaluation],
    ) -> None:
        self.session, self.district, self.users, self.row = session, district, users, row
        self.known = known
        self.now = now_utc()
        self.members: dict[str, Member] = {}
        self.vendors: dict[str, Vendor] = {}
        self.criteria: list[Criterion] = []
        self.marks: dict[tuple[str, str, str], Mark] = {}
        self.submitted: list[tuple[str, Ballot, datetime]] = []

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def day(self, days: float) -> date:
        return self.ago(days).date()

    def make(self) -> Evaluation:
        self.evaluation()
        self.rubric()
        begin_evaluation(self.cast(), self.row, self.known)
        self.own.phase = Phase(self.row["phase"])
        for row in self.row["member"]:
            self.member(row)
        for place, row in enumerate(self.row["vendor"]):
            self.vendor(row, place)
        self.session.flush()
        self.set_up()
        add_offers(self.cast(), self.row["key"])
        add_assignments(self.cast(), self.row)
        add_vote(self.cast(), self.row)
        add_practice_marks(self.cast(), self.row)
        add_workbook(self.cast(), self.row["key"])
        add_kept_counts(self.cast(), self.row)
        self.ballots()
        for row in self.row.get("note", ()):
            self.note(row)
        self.session.flush()
        self.note_marks()
        add_files(self.cast(), self.row)
        self.seal()
        add_questions(self.cast(), self.row)
        found_at = self.ago(self.row.get("decided_days_ago", 0) + 1)
        for row in self.row.get("finding", ()):
            self.finding(row, found_at)
        hold_meetings(self.cast(), self.row, found_at)
        if "decision" in self.row:
            record_demo_decision(self.cast(), self.row, self.ago(self.row["decided_days_ago"]))
            add_positions(self.cast(), self.row, self.ago(self.row["decided_days_ago"]))
            add_commitments(self.cast(), self.row["key"])
            add_memo_words(self.cast(), self.row["key"])
        chosen = self.row.get("decision", {}).get("vendor")
        add_purchase_of_demo(self.cast(), self.row["key"], self.vendors.get(chosen))
        add_items(self.cast(), self.row["key"])
        add_measures(self.cast(), self.row["key"])
        self.phases()
        return self.own

    @property
    def chair(self) -> Actor:
        return actor_of(self.users["dana"])

    def set_up(self) -> None:
        """The journal of committee, vendors, dates and rule."""
        own, made = self.own, self.own.created_at
        for member in self.members.values():
            self.journal(
                Event.MEMBER_INVITED,
                made,
                subject=member.name,
                about=EntryReferences(member_id=member.id),
                after=serialize_seat(member),
            )
        for vendor in self.vendors.values():
            self.journal(
                Event.VENDOR_ADDED,
                made,
                subject=vendor.name,
                about=EntryReferences(vendor_id=vendor.id),
                after=serialize_vendor(vendor),
            )
        if own.closes_on is not None:
            closes = {"closes_on": own.closes_on.isoformat()}
            self.journal(Event.EVALUATION_CHANGED, made, before={"closes_on": None}, after=closes)
        rule_set = own.rule_set_at or made
        self.journal(Event.RULE_CHANGED, rule_set, after=asdict(rule_settings(own)))

    def cast(self) -> DemoEvaluation:
        return DemoEvaluation(
            session=self.session,
            evaluation=self.own,
            users=self.users,
            members=self.members,
            vendors=self.vendors,
            criteria=self.by_code,
            ago=self.ago,
        )

    def evaluation(self) -> None:
        row, rule = self.row, self.row["rule"]
        opened = self.ago(row["opened_days_ago"]) if "opened_days_ago" in row else None
        practice = self.ago(row["practice_days_ago"]) if "practice_days_ago" in row else None
        closed = self.ago(row["closed_days_ago"]) if "closed_days_ago" in row else None
        begun = opened or practice or self.now
        created = self.ago(row["created_days_ago"]) if "created_days_ago" in row else None
        closes = row.get("closes_in_days")
        self.own = Evaluation(
            id=find_unused_id(self.session),
            district_id=self.district.id,
            title=row["title"],
            slug=slug_of(row["title"]),
            purpose=row["purpose"],
            in_place=row.get("in_place", False),
            rule_kind=RuleKind(rule["kind"]),
            pass_mark=rule["pass_mark"],
            created_at=created or begun - timedelta(days=6),
            rule_set_at=begun - timedelta(days=2),
            practice_at=practice,
            opened_at=opened,
            closes_on=self.day(-closes) if closes else None,
            closed_at=closed,
            shown_at=closed,
            decided_at=self.ago(row["decided_days_ago"]) if "decided_days_ago" in row else None,
        )
        if self.own.decided_at is not None:  # before the meeting that recommended
            self.own.prices_opened_at = self.own.decided_at - timedelta(hours=5)
        self.session.add(self.own)
        self.session.flush()

    def rubric(self) -> None:
        copy_rubric(self.session, self.own, load_built_in_rubric())
        self.criteria = list(
            self.session.scalars(
                select(Criterion)
                .join(Section, Section.id == Criterion.section_id)
                .where(Criterion.evaluation_id == self.own.id)
                .order_by(Section.position, Criterion.position)
            )
        )
        self.by_code = {criterion.code: criterion for criterion in self.criteria}
        for code in self.row["must_have"]:
            self.by_code[code].must_have = True
        for code, weight in self.row.get("weights", {}).items():
            self.by_code[code].weight = Decimal(str(weight))

    def member(self, row: Mapping[str, Any]) -> None:
        user = self.users[row["person"]]
        member = Member(
            evaluation_id=self.own.id,
            user_id=user.id,
            name=user.name,
            stakeholder=Stakeholder(row["stakeholder"]),
            is_chair="CHAIR" in row["roles"],
            is_reviewer="REVIEWER" in row["roles"],
        )
        self.members[row["person"]] = member
        self.session.add(member)

    def vendor(self, row: Mapping[str, Any], place: int) -> None:
        vendor = Vendor(
            id=find_unused_vendor_id(self.session),
            evaluation_id=self.own.id,
            code=row["code"],
            position=place,
            company=row["company"],
            product=row["product"],
            product_version=row["version"],
            contact_name=row["contact_name"],
            contact_email=row["contact_email"],
            links=row["website"],
            price_unit=PriceUnit(row["price_unit"]),
            unit_price_cents=int(Decimal(row["unit_price"]) * 100),
            quantity=row["quantity"],
            term_months=row["term_months"],
        )
        self.vendors[row["code"]] = vendor
        self.session.add(vendor)

    def ballots(self) -> None:
        last = self.row.get("closed_days_ago", 0)
        for person, vendors in self.row.get("ballots", {}).items():
            for number, (code, row) in enumerate(vendors.items()):
                when = self.ago(last + 2 + number)
                self.ballot(person, code, row, when)
        for row in self.row.get("recusal", ()):
            self.session.add(
                Ballot(
                    evaluation_id=self.own.id,
                    member_id=self.members[row["person"]].id,
                    vendor_id=self.vendors[row["vendor"]].id,
                )
            )
            self.declaration(row["person"], row["vendor"], self.own.opened_at, row["reason"])
        self.session.flush()

    def declaration(self, person: str, code: str, when: datetime | None, conflict: str) -> None:
        """What was declared before the ballot opened: no conflict, or this one."""
        member, vendor = self.members[person], self.vendors[code]
        kind = DeclarationKind.CONFLICT if conflict else DeclarationKind.NONE
        self.session.add(
            Declaration(
                member_id=member.id,
                vendor_id=vendor.id,
                kind=kind,
                words=conflict,
                declared_at=when or self.now,
            )
        )
        note_event(
            self.session,
            actor_of(self.users[person]),
            Event.CONFLICT_DECLARED if conflict else Event.NO_CONFLICT_DECLARED,
            evaluation_id=self.own.id,
            subject=vendor.name,
            about=EntryReferences(vendor_id=vendor.id, member_id=member.id),
            reason=conflict,
            at=when or self.now,
        )

    def note_marks(self) -> None:
        """The journal of the marks, each told once as it stands in the end."""
        for (person, code, criterion), mark in self.marks.items():
            vendor, of = self.vendors[code], self.by_code[criterion]
            note_event(
                self.session,
                actor_of(self.users[person]),
                Event.MARK_RECORDED,
                evaluation_id=self.own.id,
                subject=f"{vendor.name}: {of.title}",
                about=EntryReferences(vendor.id, of.id, self.members[person].id),
                after=serialize_mark(mark_text(mark)),
                at=mark.marked_at,
            )

    def seal(self) -> None:
        """Seal the ballots that the file calls submitted, now that their notes are written."""
        self.session.flush()
        for person, ballot, when in self.submitted:
            sealed = seal_ballot(self.session, ballot, self.own.slug, when)
            self.session.flush()
            ballot.state, ballot.submitted_at = BallotState.SUBMITTED, sealed.sealed_at
            note_event(
                self.session,
                actor_of(self.users[person]),
                Event.BALLOT_SUBMITTED,
                evaluation_id=self.own.id,
                subject=ballot.vendor.name,
                about=EntryReferences(vendor_id=ballot.vendor_id, member_id=ballot.member_id),
                after={"unscored": 0, "number": sealed.number, "receipt": sealed.receipt},
                at=when,
            )

    def ballot(self, person: str, code: str, row: Mapping[str, Any], when: datetime) -> None:
        state = BallotState(row["state"])
        ballot = Ballot(
            evaluation_id=self.own.id,
            member_id=self.members[person].id,
            vendor_id=self.vendors[code].id,
        )
        self.session.add(ballot)
        self.declaration(person, code, when, "")
        if state is BallotState.SUBMITTED:
            self.submitted.append((person, ballot, when))
        for criterion, letter in zip(self.criteria, row["marks"], strict=True):
            if letter != "-":
                mark = Mark(
                    evaluation_id=self.own.id,
                    ballot=ballot,
                    criterion_id=criterion.id,
                    answer=ANSWERS[letter],
                    marked_at=when,
                )
                self.session.add(mark)
                self.marks[person, code, criterion.code] = mark

    def note(self, row: Mapping[str, Any]) -> None:
        mark = self.marks[row["person"], row["vendor"], row["criterion"]]
        mark.note = row["note"]
        if "evidence_kind" in row:
            mark.evidence_kind = EvidenceKind(row["evidence_kind"])
            mark.evidence_place = row["evidence_place"]
            mark.evidence_on = self.day(row["evidence_days_ago"])
        if "evidence_holds_days" in row:
            mark.evidence_until = self.day(-row["evidence_holds_days"])

    def finding(self, row: Mapping[str, Any], when: datetime) -> None:
        vendor, criterion = self.vendors[row["vendor"]], self.by_code[row["criterion"]]
        finding = Finding(
            vendor_id=vendor.id,
            criterion_id=criterion.id,
            value=Outcome(row["value"]),
            reason=row["reason"],
            recorded_by=self.chair.name,
            recorded_at=when,
        )
        self.session.add(finding)
        self.session.flush()
        self.journal(
            Event.FINDING_RECORDED,
            when,
            subject=f"{vendor.name}: {criterion.title}",
            about=EntryReferences(vendor.id, criterion.id),
            after=serialize_finding(finding),
            reason=row["reason"],
        )

    def phases(self) -> None:
        """The journal of an evaluation that came this far."""
        steps = [
            (Phase.SETUP, Phase.PRACTICE, self.own.practice_at),
            (Phase.SETUP, Phase.SCORING, self.own.opened_at),
            (Phase.SCORING, Phase.MEETING, self.own.closed_at),
            (Phase.MEETING, Phase.DECIDED, self.own.decided_at),
        ]
        for before, after, when in steps:
            if when is not None:
                self.journal(
                    Event.PHASE_CHANGED,
                    when,
                    before={"phase": before.value},
                    after={"phase": after.value},
                )

    def journal(self, event: Event, when: datetime, **values: Any) -> None:
        note_event(self.session, self.chair, event, evaluation_id=self.own.id, at=when, **values)
