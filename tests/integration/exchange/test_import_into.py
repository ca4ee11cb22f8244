"""Importing marks into an evaluation: whom a name means, what is sealed, what is refused."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.errors import CrrubricError, InvalidPlaces, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import (
    Answer,
    BallotState,
    EntrySource,
    NoticeKind,
    Phase,
    Role,
    Stakeholder,
)
from crrubric.extensions import db
from crrubric.models import (
    Abstention,
    Ballot,
    Evaluation,
    JournalEntry,
    Mark,
    Member,
    Notice,
    OutgoingMail,
    SealedBallot,
    Vendor,
)
from crrubric.queries.ballots.ballots import iterate_disclosed_marks
from crrubric.queries.exchange.exports import make_mark_row
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.record.verification import find_sealed_ballot, verify_record
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.ballots.entries import EnteredBallot, enter_ballot
from crrubric.services.exchange.import_plans import ImportWishes
from crrubric.services.exchange.imports import (
    import_marks,
    import_new_evaluation,
)
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.setup import phases, vendors
from crrubric.services.setup.committee import change_member
from crrubric.services.setup.rules import RuleSettings
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit
from tests.machine.stored import list_differences, replay
from tests.machine.stored import stored as stored_state

HEAD = "reviewer,vendor,criterion,mark,note\n"
OPEN = ImportWishes(leave_open=True)


def write(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "marks.csv"
    path.write_bytes((head + "".join(f"{line}\n" for line in lines)).encode())
    return path


def refusal(made: Made, path: Path, wishes: ImportWishes | None = None) -> list[tuple[int, str]]:
    """The refused lines; nothing is stored."""
    with pytest.raises(InvalidPlaces) as refused:
        import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=wishes or ImportWishes())
    assert db.session.scalars(select(Mark)).all() == []
    return [(number, str(reason)) for number, reason in refused.value.places]


def name_reviewers(made: Made, *names: str) -> None:
    """Give the seats of the reviewers these names."""
    for actor, name in zip(made.reviewers, names, strict=True):
        member = db.session.scalars(select(Member).where(Member.user_id == actor.user_id)).one()
        member.name = name
    db.session.commit()


def ballots(made: Made) -> dict[tuple[str, str], BallotState]:
    db.session.expire_all()
    rows = db.session.scalars(select(Ballot).order_by(Ballot.id))
    return {(row.member.name, row.vendor.company): row.state for row in rows}


def address_of(made: Made, reviewer: int) -> str:
    user = made.reviewers[reviewer].user_id
    member = db.session.scalars(select(Member).where(Member.user_id == user)).one()
    assert member.user is not None
    return member.user.email


def test_a_name_of_two_reviewers_is_refused_with_their_addresses(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)
    name_reviewers(made, "Maria Garcia", "maria  GARCIA")
    one, other = address_of(made, 0), address_of(made, 1)
    company = made.vendors[0].company

    told = refusal(made, write(tmp_path, f"Maria Garcia,{company},ada,YES,"))

    assert told == [(2, f"“Maria Garcia” fits several reviewers: write one of “{one}”, “{other}”")]
    done = import_marks(
        OPERATOR, read_path(write(tmp_path, f"{other.upper()},{company},ada,YES,")), slug=made.slug
    )
    mark = db.session.scalars(select(Mark)).one()
    assert (done.marks, mark.ballot.member.name) == (1, "maria  GARCIA")


def test_a_company_with_two_products_is_refused_with_both(make: Factory, tmp_path: Path):
    made = make.evaluation(vendors=0)
    for product in ("Algebra", "Reading", ""):
        facts = vendors.VendorFacts(company="Example Learning", product=product)
        made.vendors.append(vendors.add_vendor(made.chair, made.slug, facts))
    make.forward(made, Phase.SCORING, {})
    name = made.reviewers[0].name

    told = refusal(made, write(tmp_path, f"{name},Example Learning,ada,YES,"))

    assert told == [
        (2, "“Example Learning” fits several vendors: write one of “Example Learning Algebra”, "
            "“Example Learning Reading”, “example-learning-3”"),
    ]  # fmt: skip
    lines = (f"{name},example learning READING,ada,YES,", f"{name},example-learning-3,ada,NO,")
    import_marks(OPERATOR, read_path(write(tmp_path, *lines)), slug=made.slug)
    marked = {mark.ballot.vendor.product: mark.answer for mark in db.session.scalars(select(Mark))}
    assert marked == {"Reading": "YES", "": "NO"}


@pytest.mark.parametrize("add_new", [False, True])
def test_what_fits_two_is_refused_where_new_names_are_added_as_well(
    make: Factory, tmp_path: Path, add_new: bool
):
    made = make.evaluation(vendors=0)
    for product in ("Geometry", "Spelling"):
        facts = vendors.VendorFacts(company="Fernhollow", product=product)
        made.vendors.append(vendors.add_vendor(made.chair, made.slug, facts))
    make.forward(made, Phase.SCORING, {})
    name_reviewers(made, "Lucía Ortiz", "LUCI\u0301A ORTIZ")
    path = write(tmp_path, "Lucía Ortiz,Fernhollow,ada,YES,which Lucía and which product")

    told = refusal(made, path, ImportWishes(add_new=add_new))

    assert [number for number, _reason in told] == [2]
    assert "fits several reviewers" in told[0][1]


def test_unknown_names_are_refused_with_the_nearest(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING, vendors=1)
    name_reviewers(made, "Maria Garcia", "Zoë Núñez")
    vendor = db.session.get_one(Vendor, made.vendors[0].id)
    vendor.company = "Example Learning"
    db.session.commit()
    lines = (
        "Maria Garcia,Exampel Learning,sis,YES,",
        "Mria Garcia,Example Learning,sis,NO,",
        "Zoe\u0308 Nu\u0301n\u0303ez,Example Learning,sis,YES,",
        "Bob,Example Learning,sis,YES,",
        "Dana Chair,Example Learning,sis,YES,",
    )
    path = write(tmp_path, *lines)

    assert refusal(made, path) == [
        (2, "there is no vendor “Exampel Learning” in this evaluation: is it “Example Learning”?"),
        (3, "there is no reviewer “Mria Garcia” in this evaluation: is it “Maria Garcia”?"),
        (5, "there is no reviewer “Bob” in this evaluation"),
        (6, "Dana Chair is on the committee but does not score: change the role first"),
    ]  # fmt: skip


def test_an_import_seals_exactly_the_ballots_that_it_fills(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)
    one, other = (actor.name for actor in made.reviewers)
    first, second = (vendor.company for vendor in made.vendors)

    done = import_marks(
        OPERATOR, read_path(write(tmp_path, f"{one},{first},ada,YES,fine")), slug=made.slug
    )

    assert (done.marks, done.submitted) == (1, 1)
    assert ballots(made) == {
        (one, first): BallotState.SUBMITTED,
        (one, second): BallotState.OPEN,
        (other, first): BallotState.OPEN,
        (other, second): BallotState.OPEN,
    }
    sealed = db.session.scalars(select(SealedBallot)).one()
    assert find_sealed_ballot(db.session(), sealed.receipt) == sealed
    gaps = db.session.scalars(select(Abstention.reason)).all()
    assert gaps == ["The file that was imported has no mark here."] * 2
    assert verify_record(db.session()).problems == ()
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.BALLOT_IMPORTED)
    ).one()
    assert (entry.vendor_id, entry.after["receipt"]) == (made.vendors[0].id, sealed.receipt)


@pytest.mark.parametrize("leave_open", [False, True])
def test_whose_ballots_an_import_seals_is_told_once_with_a_mail(
    make: Factory, visit: Visit, tmp_path: Path, mailing: None, leave_open: bool
):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    one, other = (row.company for row in made.vendors)
    name = made.reviewers[0].name
    lines = (f"{name},{one},ada,YES,", f"{name},{other},ada,NO,", f"Paper Pat,{one},ada,YES,")
    wishes = ImportWishes(add_new=True, leave_open=leave_open)

    import_marks(OPERATOR, read_path(write(tmp_path, *lines)), slug=made.slug, wishes=wishes)

    wanted = Notice.kind == NoticeKind.BALLOTS_IMPORTED
    told = [
        (row.member.name, row.facts) for row in db.session.scalars(select(Notice).where(wanted))
    ]
    subject = OutgoingMail.subject.contains("Please look at ballots that were filled from a file")
    mails = db.session.scalars(select(OutgoingMail).where(subject)).all()
    if leave_open:
        assert (told, mails) == ([], [])
        return
    assert told == [(name, {"vendors": f"{one}, {other}"})]
    assert [mail.to_address for mail in mails] == [address_of(made, 0)]
    assert f"are sealed: {one}, {other}." in visit(made.reviewers[0]).get("/").text


def test_an_import_leaves_ballots_open_if_asked(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)
    line = f"{made.reviewers[0].name},{made.vendors[0].company},ada,YES,"

    done = import_marks(OPERATOR, read_path(write(tmp_path, line)), slug=made.slug, wishes=OPEN)

    assert (done.submitted, set(ballots(made).values())) == (0, {BallotState.OPEN})
    assert db.session.scalars(select(SealedBallot)).all() == []


@pytest.mark.parametrize("wishes", [ImportWishes(), OPEN, ImportWishes(add_new=True)])
def test_an_import_is_in_the_journal_to_the_last_mark(
    make: Factory, tmp_path: Path, wishes: ImportWishes
):
    made = make.evaluation(phase=Phase.SCORING)
    one, company = made.reviewers[0].name, made.vendors[0].company
    lines = [f"{one},{company},ada,YES,fine", f"{one},{company},sis,NO,"]
    if wishes.add_new:
        lines.append("Paper Pat,New Vendor,ada,NO,")

    import_marks(OPERATOR, read_path(write(tmp_path, *lines)), slug=made.slug, wishes=wishes)

    told = replay(db.session(), made.evaluation.id)
    assert list_differences(told, stored_state(db.session(), made.evaluation.id)) == []


@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.PRACTICE])
def test_a_set_up_takes_no_marks_and_says_what_to_do(make: Factory, tmp_path: Path, phase: Phase):
    made = make.evaluation(phase=phase)
    line = f"{made.reviewers[0].name},{made.vendors[0].company},ada,YES,"

    with pytest.raises(WrongPhase, match="open scoring first, then import"):
        import_marks(OPERATOR, read_path(write(tmp_path, line)), slug=made.slug)


def test_after_scoring_only_filled_ballots_are_made_and_none_stays_open(
    make: Factory, tmp_path: Path
):
    made = make.evaluation(phase=Phase.MEETING)
    path = write(tmp_path, f"Paper Pat,{made.vendors[0].company},ada,YES,")

    with pytest.raises(WrongPhase, match="can’t be left open"):
        import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=ImportWishes(True, True))
    import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=ImportWishes(add_new=True))

    own = {key: state for key, state in ballots(made).items() if key[0] == "Paper Pat"}
    assert own == {("Paper Pat", made.vendors[0].company): BallotState.SUBMITTED}


def test_who_has_a_conflict_and_who_does_not_score_gets_no_mark(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)
    make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    observer = db.session.scalars(select(Member.name).order_by(Member.id.desc())).first()
    make.conflict(made, 0, 0, "My brother works there.")
    name, company = made.reviewers[0].name, made.vendors[0].company

    told = refusal(
        made, write(tmp_path, f"{name},{company},ada,YES,", f"{observer},{company},ada,NO,")
    )

    assert told == [
        (2, f"{name} has declared a conflict of interest with this vendor"),
        (3, f"{observer} is on the committee but does not score: change the role first"),
    ]


def imported(path: Path) -> list[tuple[str, str, str, str]]:
    """The marks of a new evaluation made of the file."""
    import_new_evaluation(OPERATOR, read_path(path), title="New", rule=RuleSettings(quorum=1))
    return [
        (mark.ballot.member.name, mark.ballot.vendor.code, mark.criterion.code, mark.note)
        for mark in db.session.scalars(select(Mark).order_by(Mark.id))
    ]


def refused_new(path: Path) -> str:
    with pytest.raises(CrrubricError) as refused:
        import_new_evaluation(OPERATOR, read_path(path), title="New", rule=RuleSettings(quorum=1))
    lines = getattr(refused.value, "places", ())
    return "; ".join([str(refused.value), *(f"{number}: {reason}" for number, reason in lines)])


def test_one_name_in_two_spellings_is_one_reviewer(make: Factory, tmp_path: Path):
    path = write(
        tmp_path,
        "Zoë Núñez,Vendor A,c1,YES,",
        "Zoe\u0308 Nu\u0301n\u0303ez,ＶＥＮＤＯＲ A,C1\u200b,NO,",
        "ZOË NÚÑEZ,Vendor A,c2,YES,",
    )

    told = refused_new(path)

    assert "3: duplicate mark: Zoë Núñez has marked Vendor A, c1 in line 2" in told


def test_rows_of_blanks_are_no_rows(make: Factory, tmp_path: Path):
    path = write(tmp_path, "Ann,A,c1,YES,ok", ",,,,", "Bob,A,c1,NO,", " , ,,,", "", ",,")

    assert imported(path) == [("Ann", "A", "c1", "ok"), ("Bob", "A", "c1", "")]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_read(make: Factory, tmp_path: Path, separator: str):
    rows = ["\ufeffreviewer,vendor,criterion,mark,note", "Ann,Vendor A,c1,YES,ok"]
    path = tmp_path / "marks.csv"
    path.write_text("\n".join(rows).replace(",", separator) + "\n", encoding="utf-8")

    assert imported(path) == [("Ann", "Vendor A", "c1", "ok")]


def test_a_quotation_that_does_not_end_is_named_by_the_line_where_it_begins(
    make: Factory, tmp_path: Path
):
    rest = [f"Bob,A,d{number},YES," for number in range(14)]

    ends = refused_new(write(tmp_path, "Ann,A,c1,YES,ok", 'Ann,A,c2,YES,"says ""ready', *rest))
    meets = refused_new(
        write(tmp_path, '"Ann",A,c1,YES,"two\nlines"', 'Ann,A,c2,YES,"open', 'Bob,A,c1,NO,"note"')
    )

    assert "marks.csv, line 3: a quotation begins here and does not end." in ends
    assert "marks.csv, line 4: a quotation begins here and does not end." in meets


def test_a_line_is_named_by_where_it_begins(make: Factory, tmp_path: Path):
    path = write(tmp_path, 'Ann,A,c1,YES,"one\ntwo"', 'Ann,A,c2,MAYBE,"one\ntwo"')

    assert "4: unknown value “MAYBE”" in refused_new(path)


@pytest.mark.parametrize(
    ("head", "column"),
    [
        ("reviewer,vendor,criterion,mark,mark\n", "mark"),
        ("reviewer,vendor,criterion,mark,note, NOTE\n", "note"),
    ],
)
def test_a_column_that_is_there_twice_is_refused(
    make: Factory, tmp_path: Path, head: str, column: str
):
    told = refused_new(write(tmp_path, "Ann,A,c1,YES,NO", head=head))

    assert f"1: the column “{column}” is there twice" in told


def test_a_file_name_may_be_any_name(make: Factory, tmp_path: Path):
    path = write(tmp_path, "Ann,A,c1,YES,ok").rename(tmp_path / "bad\udcff\x07\uffff.csv")

    assert imported(path) == [("Ann", "A", "c1", "ok")]


def test_an_imported_seat_keeps_its_stakeholder(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)
    path = write(tmp_path, f"Paper Pat,{made.vendors[0].company},ada,YES,")

    import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=ImportWishes(add_new=True))

    member = db.session.scalars(select(Member).where(Member.name == "Paper Pat")).one()
    assert (member.stakeholder, member.user_id) == (Stakeholder.OTHER, None)


def test_who_has_seen_another_ballot_gets_no_mark_for_the_vendor(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)
    roles = frozenset({Role.CHAIR, Role.REVIEWER})
    chair = db.session.scalars(select(Member).where(Member.user_id == made.chair.user_id)).one()
    ballot = db.session.scalars(
        select(Ballot).where(Ballot.vendor_id == made.vendors[0].id).order_by(Ballot.id)
    ).first()
    assert ballot is not None
    entry = EnteredBallot(
        source=EntrySource.PAPER,
        given_on=now_utc().date(),
        no_conflict=True,
        marks={made.criterion("ada").id: MarkText(answer=Answer.YES)},
        rest="Not seen.",
    )
    enter_ballot(made.chair, made.slug, ballot.id, entry)
    change_member(made.chair, made.slug, chair.id, roles=roles, stakeholder=Stakeholder.OTHER)
    path = write(tmp_path, f"{chair.name},{made.vendors[0].company},ada,YES,")

    with pytest.raises(InvalidPlaces) as refused:
        import_marks(OPERATOR, read_path(path), slug=made.slug)

    assert [str(reason) for _line, reason in refused.value.places] == [
        f"{chair.name} has seen another reviewer’s ballot for this vendor"
    ]


def origins(made: Made) -> list[tuple[str, str]]:
    """(origin, blind) of every mark, as the CSV has them."""
    db.session.rollback()
    marks = iterate_disclosed_marks(db.session(), made.evaluation)
    rows = [make_mark_row(mark, ()) for mark in marks]
    return sorted((row["origin"], row["blind"]) for row in rows)


def test_a_mark_out_of_a_file_is_labeled_so(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y--"})
    line = f"{made.reviewers[1].name},{made.vendors[0].company},ada,NO,"
    import_marks(OPERATOR, read_path(write(tmp_path, line)), slug=made.slug)
    make.forward(made, Phase.MEETING, {})

    assert origins(made) == [("import", "not recorded"), ("reviewer", "yes")]


@pytest.mark.both_databases
def test_marks_of_an_earlier_import_into_one_ballot_stay_labeled(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING, marks={(1, 0): "Y--"})
    for criterion in ("ada", "sis"):
        line = f"{made.reviewers[0].name},{made.vendors[0].company},{criterion},NO,"
        import_marks(OPERATOR, read_path(write(tmp_path, line)), slug=made.slug, wishes=OPEN)
    make.forward(made, Phase.MEETING, {})

    assert origins(made) == [("import", "not recorded")] * 2 + [("reviewer", "yes")]


def test_marks_imported_after_ballots_were_shown_are_not_called_blind(
    make: Factory, tmp_path: Path
):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "Y--"})
    line = f"{made.reviewers[1].name},{made.vendors[0].company},ada,NO,"

    import_marks(OPERATOR, read_path(write(tmp_path, line)), slug=made.slug)

    assert origins(made) == [("import", "no"), ("reviewer", "yes")]
    sealed = db.session.scalars(select(SealedBallot)).one()
    assert json.loads(sealed.content)["changed_after_ballots_were_shown"] is True
    assert (
        list_differences(
            replay(db.session(), made.evaluation.id), stored_state(db.session(), made.evaluation.id)
        )
        == []
    )
    assert verify_record(db.session()).problems == ()


def test_the_first_marks_that_come_in_the_meeting_are_seen_as_they_come(
    make: Factory, visit: Visit, tmp_path: Path
):
    """They are no later than that, and what a reviewer changes after it is."""
    made = make.evaluation(phase=Phase.MEETING)
    line = f"{made.reviewers[1].name},{made.vendors[0].company},ada,NO,"
    import_marks(OPERATOR, read_path(write(tmp_path, line)), slug=made.slug)

    db.session.rollback()
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)
    imported = ballot_of(made, 1, 0)
    assert evaluation.shown_at == imported.imported_at
    assert imported.changed_after_shown_at is None
    memo = visit(made.chair).get(made.url("memo/")).text
    assert ("Ballots first shown to the" in memo, "locked and shown" in memo) == (True, False)
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="One was ill.")
    make.marks(made, 0, 0, "Y")
    assert ballot_of(made, 0, 0).changed_after_shown_at is not None
    assert verify_record(db.session()).problems == ()
