"""Copies for the public hide chosen texts and names, and still verify."""

import json
import re
from collections.abc import Collection
from datetime import date
from fractions import Fraction
from io import BytesIO
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy import text as sql

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.archive.checks import verify_archive
from crrubric.domain.archive.manifest import MANIFEST, CopyKind
from crrubric.domain.archive.redaction import TextPlace
from crrubric.domain.errors import Invalid, NotFound, Stale
from crrubric.domain.event_fields import CODE, find_text_kinds
from crrubric.domain.events import Event
from crrubric.domain.memo.chapters import plan
from crrubric.domain.planning.cohort import CohortGroup
from crrubric.domain.planning.followup.measures import MeasureUnit
from crrubric.domain.planning.items import make_origin
from crrubric.domain.planning.progress import LETTERS, digest_goal
from crrubric.domain.record.texts import ACCOUNTS, SIZES, iterate_numbers
from crrubric.domain.vocabulary import Answer, Phase, PositionKind, Standing
from crrubric.extensions import db
from crrubric.models import Evaluation, Member, User, Vendor
from crrubric.queries.exchange.redactions import ListedText, TextFilter, list_texts
from crrubric.queries.memo.narratives import load_sources
from crrubric.queries.people.access import Seat, require
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import ballots
from crrubric.services.exchange.archives.archives import ArchiveText, make_archive
from crrubric.services.exchange.archives.redactions import choose_redaction, withdraw_redaction
from crrubric.services.meeting import decisions, meetings
from crrubric.services.meeting.positions import state_position
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.planning.actuals import ActualText, record_actual
from crrubric.services.planning.calibrations import set_cohort
from crrubric.services.planning.items import take_proposed_items
from crrubric.services.planning.measures import MeasureText, add_measure
from crrubric.services.planning.workbook import record_goal_check, save_plan_answers
from crrubric.services.setup.chairs import appoint_chair
from crrubric.services.setup.phases import change_phase
from crrubric.services.shared import journal
from tests.factories import Factory, Made
from tests.independent_verifier import verify_copy_independently
from tests.integration.conftest import Visit
from tests.integration.exchange.archive_files import Parts, read_parts
from tests.integration.exchange.test_archive import MARKS
from tests.integration.record.test_every_column import seals_off

DECIDING = frozenset({Event.DECISION_RECORDED})
SECRET = "The canary sings on page 7 of the student’s file."
PUBLIC = ArchiveText(copy=CopyKind.REDACTED)
NAMED = ArchiveText(copy=CopyKind.REDACTED, names_people=True)


@pytest.fixture
def made(make: Factory) -> Made:
    """A decided evaluation with a note that nobody outside is to read, and an issued memo."""
    return make.make_once("a secret and an issued memo", lambda: issue_secret(make))


def issue_secret(make: Factory) -> Made:
    """Decide and issue where somebody wrote what is to be hidden."""
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    ballots.record_mark(
        made.reviewers[0],
        made.slug,
        made.vendors[0].id,
        made.criteria[0].id,
        ballots.MarkText(answer=Answer.NO, note=SECRET),
        seen_version=1,
    )
    for reviewer, vendor in MARKS:
        make.submit(made, reviewer, vendor)
    make.forward(made, Phase.DECIDED, {})
    issue_memo(made.chair, made.slug, IssueText(language="en"))
    return made


def evaluation_of(made: Made) -> Evaluation:
    return db.session.get_one(Evaluation, made.evaluation.id)


def seat_of(made: Made) -> Seat:
    """The chair, who may choose."""
    return require(made.chair, Action.MAKE_ARCHIVE, evaluation_of(made), db.session())


def find_secret(made: Made) -> ListedText:
    """The text, as the page lists it."""
    rows = list_texts(db.session(), seat_of(made), TextFilter(words="CANARY"))
    db.session.rollback()
    assert [row.text for row in rows] == [SECRET]
    return rows[0]


def make_copy(made: Made, wanted: ArchiveText = PUBLIC) -> bytes:
    file = BytesIO()
    make_archive(made.chair, made.slug, file, wanted)
    return file.getvalue()


def list_texts_of(parts: Parts) -> str:
    """Everything that can be read in a copy, papers as well."""
    found = []
    for path, body in parts.items():
        if path.endswith(".pdf"):
            pages = PdfReader(BytesIO(body)).pages
            found.append(" ".join(" ".join(page.extract_text().split()) for page in pages))
        elif not path.endswith((".docx", ".xlsx")):
            found.append(body.decode())
    return "\n".join(found)


def test_a_chosen_text_stands_nowhere_in_a_copy(made: Made):
    assert "canary sings" in list_texts_of(read_parts(make_copy(made)))
    choose_redaction(made.chair, made.slug, find_secret(made).place, "It tells about a student.")

    archive = make_copy(made)

    parts = read_parts(archive)
    assert "canary" not in list_texts_of(parts)
    assert [str(problem) for problem in verify_archive(BytesIO(archive)).problems] == []
    log = pd.read_csv(BytesIO(parts["redactions/log.csv"]))
    assert list(log["reason"]) == ["It tells about a student."]


def test_an_issued_memo_that_tells_it_is_left_out_and_made_anew(made: Made):
    issue_memo(made.chair, made.slug, IssueText(language="en", reason=SECRET))
    choose_redaction(made.chair, made.slug, find_secret(made).place, "A student.")

    parts = read_parts(make_copy(made, NAMED))

    told = json.loads(parts[MANIFEST])
    left = {row["path"] for row in told["left_out"]}
    assert {"memo/issue-2.pdf", "memo/issue-2.docx", "memo/issue-2.html"} <= left
    assert "memo/issue-1.pdf" in parts
    assert "memo/redacted.pdf" in parts


def test_with_nothing_to_hide_the_issued_memo_stays(made: Made):
    parts = read_parts(make_copy(made, NAMED))

    assert "memo/issue-1.pdf" in parts
    assert "memo/redacted.pdf" not in parts


def test_roles_stand_for_names_everywhere(made: Made):
    names = [actor.name for actor in (made.chair, *made.reviewers)]
    whole = list_texts_of(read_parts(make_copy(made, NAMED)))
    assert all(name in whole for name in names)

    archive = make_copy(made)

    text = list_texts_of(read_parts(archive))
    assert [name for name in names if name in text] == []
    found = verify_archive(BytesIO(archive))
    assert [str(problem) for problem in found.problems] == []
    assert found.journal.withheld > 0


def test_no_copy_has_ids_by_which_another_copy_of_the_site_tells_who_is_who(
    made: Made,
):
    own = make_copy(made, ArchiveText(copy=CopyKind.WHOLE))
    whole = list_numbers(own)
    assert len(list_numbers(own, SIZES)) == 3

    archive = make_copy(made)

    assert {"/actor_id", "/after/row/user_id"} <= {pointer for pointer, _id in whole}
    for hidden in (ACCOUNTS, SIZES):  # sizes tell how long names are that a memo has
        assert list_numbers(archive, hidden) == list_numbers(make_copy(made, NAMED), hidden) == []
    assert [str(problem) for problem in verify_archive(BytesIO(archive)).problems] == []
    parts = read_parts(archive)
    head = verify_copy_independently(parts["journal/journal.jsonl"].decode())
    assert head == json.loads(parts[MANIFEST])["journal"]["head"]


def list_numbers(archive: bytes, names: Collection[str] = ACCOUNTS) -> list[tuple[str, int]]:
    """Where the journal of an archive has the id of an account, or other numbers."""
    lines = read_parts(archive)["journal/journal.jsonl"].decode().splitlines()[1:-1]
    contents = [json.loads(line)["content"] for line in lines]
    return [found for content in contents for found in iterate_numbers(content, names)]


def test_who_has_no_seat_is_not_named_either(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    administrator = make.actor("Iphigenia Quist", standing=Standing.ADMINISTRATOR)
    member = db.session.scalars(
        select(Member).where(Member.evaluation_id == made.evaluation.id, ~Member.is_chair)
    ).first()
    assert member is not None
    reason = f"{administrator.name} asked for it."
    appoint_chair(administrator, made.slug, member.id, reason=reason)
    meetings.start_meeting(made.chair, made.slug)
    guest = meetings.MotionText(words="To pause", in_favor=1, moved_by="Zebedee Orne")
    meetings.record_motion(made.chair, made.slug, guest)
    meetings.end_meeting(made.chair, made.slug)
    make.forward(made, Phase.DECIDED, {})
    names = [administrator.name, "Zebedee Orne"]
    whole = list_texts_of(read_parts(make_copy(made, NAMED)))
    assert all(name in whole for name in names)

    parts = read_parts(make_copy(made))

    for path, body in parts.items():
        assert [name for name in names if name in list_texts_of({path: body})] == [], path


def test_papers_bear_the_day_that_it_is_in_the_district(made: Made):
    days = set()
    for zone in ("Pacific/Pago_Pago", "Pacific/Kiritimati"):  # never on the same day
        evaluation_of(made).district.time_zone = zone
        db.session.commit()
        paper = read_parts(make_copy(made, NAMED))["rubric/rubric.pdf"]
        today = now_utc().astimezone(ZoneInfo(zone)).date()
        assert f"{today.day}, {today.year}" in list_texts_of({"rubric/rubric.pdf": paper})
        days.add(today)
    assert len(days) == 2


@pytest.mark.parametrize("wanted", [PUBLIC, NAMED])
def test_the_address_tells_no_title_that_a_copy_hides(
    make: Factory, visit: Visit, wanted: ArchiveText
):
    """It is made of the first title, and stays when that is another one."""
    title = "Instead of Núñez: a pilot that went wrong"
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS, title=title)
    reviewer = db.session.scalars(
        select(Member).where(Member.evaluation_id == made.evaluation.id, ~Member.is_chair)
    ).first()
    assert reviewer is not None
    reviewer.name = "Ana Núñez"
    db.session.commit()
    make.forward(made, Phase.DECIDED, {})
    issue_memo(made.chair, made.slug, IssueText(language="en", reason=title))
    if wanted is NAMED:
        (found,) = list_texts(db.session(), seat_of(made), TextFilter(words="pilot that went"))
        db.session.rollback()
        choose_redaction(made.chair, made.slug, found.place, "It blames somebody.")
    assert "nunez" in list_texts_of(read_parts(make_copy(made, ArchiveText())))

    archive = make_copy(made, wanted)

    parts = read_parts(archive)
    for path, body in parts.items():
        assert "nunez" not in list_texts_of({path: body}), path
        assert wanted is NAMED or "Núñez" not in list_texts_of({path: body}), path
    assert json.loads(parts[MANIFEST])["evaluation"]["slug"] == f"evaluation-{made.evaluation.id}"
    assert [str(problem) for problem in verify_archive(BytesIO(archive)).problems] == []
    head = verify_copy_independently(parts["journal/journal.jsonl"].decode())
    assert head == json.loads(parts[MANIFEST])["journal"]["head"]
    kind = {"kind": "names" if wanted is NAMED else "roles", "language": "en"}
    sent = visit(made.chair).post(made.url("archive/"), kind)
    assert "nunez" not in sent.headers["Content-Disposition"]


def test_where_an_older_version_told_the_address_the_first_entry_is_withheld(
    make: Factory, monkeypatch: pytest.MonkeyPatch
):
    """It committed to no address: the entry goes as a whole, and the rest still verifies."""
    monkeypatch.setattr(
        journal,
        "find_text_kinds",
        lambda event, name: CODE if name == "slug" else find_text_kinds(event, name),
    )
    name = "Quenby Orzechowska"
    make.actor(name)
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS, title=f"What {name} wanted")
    for member in db.session.scalars(
        select(Member).where(Member.evaluation_id == made.evaluation.id, ~Member.is_chair).limit(1)
    ):
        member.name = name
    db.session.commit()
    make.forward(made, Phase.DECIDED, {})

    archive = make_copy(made)

    parts = read_parts(archive)
    assert "quenby" not in list_texts_of(parts).lower()
    first = json.loads(parts["journal/journal.jsonl"].decode().splitlines()[1])
    assert first["content"] is None
    assert [str(problem) for problem in verify_archive(BytesIO(archive)).problems] == []


def test_an_address_that_tells_nothing_stays(made: Made):
    told = json.loads(read_parts(make_copy(made))[MANIFEST])

    assert told["evaluation"]["slug"] == made.slug


def test_sealed_ballots_are_left_out_with_their_receipts(made: Made):
    told = json.loads(read_parts(make_copy(made))[MANIFEST])

    left = [row for row in told["left_out"] if row["path"].startswith("ballots/sealed/")]

    assert len(left) == len(MARKS)


def test_the_size_of_what_is_left_out_tells_no_length_of_a_hidden_name(made: Made):
    told = json.loads(read_parts(make_copy(made))[MANIFEST])

    sealed = [row for row in told["left_out"] if not row["path"].startswith("evidence/")]

    assert {row["path"].split("/")[0] for row in sealed} == {"ballots", "memo"}
    assert {row["bytes"] for row in sealed} == {None}


def rename_members(made: Made, names: list[str]) -> None:
    """Other names, of the same length, for the reviewers."""
    for reviewer, name in zip(made.reviewers, names, strict=True):
        for member in db.session.scalars(select(Member).where(Member.user_id == reviewer.user_id)):
            member.name = name
        db.session.get_one(User, reviewer.user_id).name = name
    db.session.commit()


def read_order(made: Made) -> dict[str, object]:
    """What a copy without names shows, a memo, and a draft of its words, in their order."""
    parts = read_parts(make_copy(made))
    papers = {path: list_texts_of({path: parts[path]}) for path in parts if path.endswith(".pdf")}
    tables = {path: parts[path] for path in parts if path.endswith((".csv", "basis.json"))}
    journal = re.compile(r"[0-9a-f]{8}|entry \d+")  # has an entry more with each copy
    vendor = db.session.get_one(Vendor, made.vendors[0].id)
    sources = load_sources(db.session(), evaluation_of(made), vendor)
    db.session.rollback()
    return {
        **{path: journal.sub("", text) for path, text in papers.items()},
        **tables,
        "draft": {part: [line.text for line in lines] for part, lines in sources.items()},
    }


def test_the_order_of_rows_tells_no_order_of_hidden_names(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    for place, reviewer in enumerate(made.reviewers):
        ballots.record_mark(
            reviewer,
            made.slug,
            made.vendors[0].id,
            made.criteria[0].id,
            ballots.MarkText(answer=Answer.YES, note=f"Note {place}.", evidence_place="Page 7."),
            seen_version=1,
        )
    for reviewer, vendor in MARKS:
        make.submit(made, reviewer, vendor)
    make.forward(made, Phase.MEETING, {})
    members = [
        db.session.scalars(select(Member.id).where(Member.user_id == one.user_id)).one()
        for one in made.reviewers
    ]
    meetings.start_meeting(made.chair, made.slug)
    meetings.record_attendance(made.chair, made.slug, members)
    meetings.end_meeting(made.chair, made.slug)
    text = decisions.DecisionText(vendor_id=made.vendors[0].id, reason="It fits our learners.")
    decisions.record_decision(made.chair, made.slug, text)
    for place, reviewer in enumerate(made.reviewers):
        words = f"I would wait {place} years."
        state_position(reviewer, made.slug, kind=PositionKind.CANNOT_SUPPORT, words=words)
    change_phase(made.chair, made.slug, Phase.DECIDED)
    names = [f"Person {letter}" for letter in "ABCDEF"[: len(made.reviewers)]]

    rename_members(made, names)
    rising = read_order(made)
    rename_members(made, list(reversed(names)))
    falling = read_order(made)

    assert {path for path in rising if rising[path] != falling[path]} == set()


def test_a_text_inside_of_another_is_hidden_too(made: Made, make: Factory):
    choose_redaction(made.chair, made.slug, find_secret(made).place, "A student.")
    issue_memo(
        made.chair, made.slug, IssueText(language="en", reason=f"Somebody wrote: {SECRET} Sorry.")
    )

    assert "canary" not in list_texts_of(read_parts(make_copy(made)))


@pytest.mark.parametrize("named", [True, False])
def test_words_of_ours_that_are_names_as_well_stay_in_papers(make: Factory, named: bool):
    """“Teacher 1 1 of 7” on each page would tell that Teacher 1 is called Page."""
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    for reviewer, vendor in MARKS:
        make.submit(made, reviewer, vendor)
    rename_members(made, ["Pat Page", "Ann Teacher"])
    make.forward(made, Phase.DECIDED, {})
    why = "Page and Board told me so."
    text = decisions.DecisionText(vendor_id=made.vendors[0].id, reason=why, conditions="Cost")
    change_phase(made.chair, made.slug, Phase.MEETING, reason="Again.")
    decisions.record_decision(made.chair, made.slug, text)
    change_phase(made.chair, made.slug, Phase.DECIDED)
    evaluation_of(made).names_people = named
    db.session.commit()
    (short,) = list_texts(db.session(), seat_of(made), TextFilter(words="cost", events=DECIDING))
    db.session.rollback()
    choose_redaction(made.chair, made.slug, short.place, "It says too much.")

    parts = read_parts(make_copy(made))

    papers = {path: list_texts_of({path: parts[path]}) for path in parts if path.endswith(".pdf")}
    memo = papers["memo/redacted.pdf"]
    for path, told in papers.items():
        assert "Page 1 of" in told, path
        assert ("Pat" in told, "Ann" in told) == (False, False), path
    assert "Why: A member of the committee and Board told me so." in memo
    assert "Cost and funding" in memo
    assert "[blacked out]" in memo
    assert "Teacher 2 Teacher Reviewer every criterion" in memo  # name, whom they represent, role


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_memo_that_an_older_version_issued_with_shares_of_learners_is_left_out(
    make: Factory, monkeypatch: pytest.MonkeyPatch, language: str
):
    made = make.evaluation()  # with a criterion “ada”
    save_plan_answers(made.chair, made.slug, "learners", {"iep_504": "4.8"})
    make.forward(made, Phase.DECIDED, {})
    with monkeypatch.context() as patched:
        patched.setattr(plan, "tells_of_a_learner", lambda *_told: False)
        issue_memo(made.chair, made.slug, IssueText(language=language))
    why = "It told shares."
    issue_memo(made.chair, made.slug, IssueText(language=language, reason=why))

    parts = read_parts(make_copy(made, NAMED))

    assert {path for path in parts if path.startswith("memo/")} == {
        "memo/issue-2.docx", "memo/issue-2.html", "memo/issue-2.pdf", "memo/redacted.pdf"
    }  # fmt: skip
    assert "4.8" not in list_texts_of({path: parts[path] for path in parts if "memo" in path})


def test_what_is_shown_again_stands_in_copies(made: Made):
    place = find_secret(made).place
    choose_redaction(made.chair, made.slug, place, "A student.")
    withdraw_redaction(made.chair, made.slug, place)

    assert "canary sings" in list_texts_of(read_parts(make_copy(made)))
    assert [str(problem) for problem in verify_record(db.session()).problems] == []


def test_the_record_itself_keeps_the_text(made: Made, visit: Visit):
    choose_redaction(made.chair, made.slug, find_secret(made).place, "A student.")

    file = BytesIO()
    make_archive(made.chair, made.slug, file)

    assert "canary sings" in list_texts_of(read_parts(file.getvalue()))
    assert "canary sings" in visit(made.chair).get(made.url("journal")).text


def test_without_a_reason_nothing_is_hidden(made: Made):
    with pytest.raises(Invalid):
        choose_redaction(made.chair, made.slug, find_secret(made).place, "  ")


def test_the_same_text_is_not_hidden_twice(made: Made):
    place = find_secret(made).place
    choose_redaction(made.chair, made.slug, place, "A student.")

    with pytest.raises(Stale):
        choose_redaction(made.chair, made.slug, place, "A student, really.")


@pytest.mark.parametrize("pointer", ["/actor_name", "/after/answer", "/nothing", "/after"])
def test_only_what_people_wrote_can_be_hidden(made: Made, pointer: str):
    place = TextPlace(find_secret(made).place.entry, pointer)

    with pytest.raises(NotFound):
        choose_redaction(made.chair, made.slug, place, "A student.")
    with pytest.raises(NotFound):
        withdraw_redaction(made.chair, made.slug, place)


def test_the_pages_lead_from_a_text_to_the_copy(made: Made, visit: Visit):
    chair = visit(made.chair)
    assert "canary sings" in chair.get(made.url("archive/texts?q=canary")).text
    assert "There is no such text" in chair.get(made.url("archive/texts?q=canaries")).text
    place = find_secret(made).place
    address = made.url(f"archive/texts/{place.entry}{place.pointer}")

    answer = chair.post(address, {"reason": "It tells about a student."})
    assert answer.status_code == 303

    page = chair.get(answer.location).text
    assert "It tells about a student." in page
    assert "public one text is blacked out." in chair.get(made.url("archive/")).text
    copy = chair.post(made.url("archive/"), {"kind": "roles", "language": "en"})
    assert copy.mimetype == "application/zip"
    assert "canary" not in list_texts_of(read_parts(copy.data))
    assert "for the public, with roles" in chair.get(made.url("archive/")).text
    again = made.url(f"archive/shown/{place.entry}{place.pointer}")
    assert chair.post(again, {}).status_code == 303
    assert "no text is blacked out" in chair.get(made.url("archive/")).text


@pytest.mark.parametrize("wanted", [PUBLIC, NAMED])
def test_no_copy_has_a_digest_against_which_hidden_words_could_be_tried(
    make: Factory, wanted: ArchiveText
):
    made = make.evaluation()
    goal = {letter: f"Somebody does {letter}." for letter in LETTERS}
    wording = digest_goal({**goal})
    save_plan_answers(made.chair, made.slug, "goal", {**goal, "today": "Somebody calls parents."})
    record_goal_check(made.chair, made.slug, "schedule", "holds", wording=wording)
    origin = make_origin("goal", "Somebody calls parents.")
    take_proposed_items(made.chair, made.slug, [origin])
    make.forward(made, Phase.DECIDED, {})
    whole = list_texts_of(read_parts(make_copy(made, ArchiveText(copy=CopyKind.WHOLE))))
    assert (wording in whole, origin in whole) == (True, True)

    archive = make_copy(made, wanted)

    parts = read_parts(archive)
    text = list_texts_of(parts)
    assert (wording in text, origin in text) == (False, False)
    (checked,) = json.loads(parts["plan/workbook.json"])["schedule"]
    assert checked["answers"] == {"goal_check": [{"verdict": "holds", "wording": "[blacked out]"}]}
    assert [str(problem) for problem in verify_archive(BytesIO(archive)).problems] == []


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (3, "whoever has a copy of another evaluation that names people"),
        (1, "fingerprints without a random number"),  # nor does it commit to what nobody knows
    ],
)
def test_the_page_says_what_can_not_be_hidden_in_entries_of_older_versions(
    made: Made, visit: Visit, version: int, said: str
):
    where = f"/evaluations/{made.slug}/archive/"
    assert said not in visit(made.chair).get(where).text

    db.session.remove()
    with seals_off() as connection:
        connection.execute(sql(f"UPDATE journal_entry SET version = {version} WHERE number = 1"))

    assert said in visit(made.chair).get(where).text


def test_the_whole_archive_comes_from_the_page(made: Made, visit: Visit):
    answer = visit(made.chair).post(made.url("archive/"), {"kind": "whole", "language": "es"})

    assert answer.headers["Content-Disposition"].startswith("attachment")
    found = verify_archive(BytesIO(answer.data))
    assert found.problems == []
    assert found.manifest is not None
    assert found.manifest.language == "es"


@pytest.mark.parametrize(
    "at", ["1", "1/x", "1/" + "a" * 400, "1/%00", "1/reason/x", f"{10**30}/reason"]
)
def test_odd_places_are_not_found(made: Made, visit: Visit, at: str):
    assert visit(made.chair).get(made.url(f"archive/texts/{at}")).status_code == 404


def test_a_reviewer_has_no_such_page(made: Made, visit: Visit):
    for path in ("archive/", "archive/texts"):
        assert visit(made.reviewers[0]).get(made.url(path)).status_code == 404


@pytest.mark.parametrize("wanted", [PUBLIC, NAMED])
def test_no_copy_for_the_public_has_a_number_that_could_tell_of_a_learner(
    make: Factory, wanted: ArchiveText
):
    made = make.evaluation()
    for small in ("3", "4"):
        reasons = [{"option": "failed", "count": "8214"}, {"option": "hospital", "count": small}]
        groups = [{"option": "grade12", "count": "8061"}]
        answers = {"reasons": reasons, "groups": groups, "learners": "7"}
        save_plan_answers(made.chair, made.slug, "reasons", answers)
        save_plan_answers(made.chair, made.slug, "learners", {"iep_504": small})
    text = MeasureText(
        words="Learners", unit=MeasureUnit.PERSONS, baseline="6", baseline_on=date(2026, 1, 5)
    )
    measure = add_measure(made.chair, made.slug, text)
    value = ActualText(period="2026-02-02", value="5")
    record_actual(made.chair, made.slug, measure.id, value)
    make.forward(made, Phase.DECIDED, {})

    archive = make_copy(made, wanted)

    parts = read_parts(archive)
    versions = json.loads(parts["plan/workbook.json"])
    mask = "[blacked out]"
    assert [row["answers"] for row in versions["reasons"]] == [
        {
            "reasons": [
                {"option": "failed", "count": mask},
                {"option": "hospital", "count": mask},
            ],
            "groups": groups,
            "learners": mask,
        }
    ]
    assert [row["answers"] for row in versions["learners"]] == [{"iep_504": mask}]
    lines = parts["journal/journal.jsonl"].decode().splitlines()[1:-1]
    log = pd.read_csv(BytesIO(parts["redactions/log.csv"]))
    hidden = {
        (line["number"], pointer)
        for line in map(json.loads, lines)
        for pointer in line["withheld"]
        if line["content"]["event"].startswith(("PLAN_ANSWERED", "MEASURE", "ACTUAL"))
        and not pointer.endswith(("/actor_id", "/actor_name"))
    }
    assert set(zip(log["entry"], log["text_at"], strict=True)) == hidden
    assert len(hidden) >= 8
    entries = [json.loads(line)["content"] or {} for line in lines]
    assert "8061" in json.dumps(entries)
    assert "8214" not in json.dumps(entries)
    told = [entry["after"] for entry in entries if entry["event"].startswith(("MEASURE", "ACTUAL"))]
    assert [row.get("baseline", row.get("measured")) for row in told] == [None, None]
    assert [str(problem) for problem in verify_archive(BytesIO(archive)).problems] == []


@pytest.mark.parametrize("wanted", [PUBLIC, NAMED])
def test_no_copy_for_the_public_has_the_numbers_of_a_past_cohort(
    make: Factory, wanted: ArchiveText
):
    """Of twenty learners one may have graduated, and two versions differ by a few."""
    made = make.evaluation()
    for learners, graduated in ((7123, 1), (7126, 3)):
        pace = {"pace_from": Fraction(2), "pace_to": Fraction(3)}
        group = CohortGroup(**pace, learners=learners, graduated=graduated)
        set_cohort(made.chair, made.slug, [group])
    make.forward(made, Phase.DECIDED, {})

    archive = make_copy(made, wanted)

    parts = read_parts(archive)
    assert not re.search(r"\b712[36]\b", list_texts_of(parts))
    lines = list(map(json.loads, parts["journal/journal.jsonl"].decode().splitlines()[1:-1]))
    gone = [line["number"] for line in lines if line["content"] is None]
    log = pd.read_csv(BytesIO(parts["redactions/log.csv"]))
    assert (len(gone), list(log["entry"])) == (2, gone)
    assert [str(problem) for problem in verify_archive(BytesIO(archive)).problems] == []
    whole = read_parts(make_copy(made, ArchiveText(copy=CopyKind.WHOLE)))
    assert "7126" in list_texts_of(whole)
