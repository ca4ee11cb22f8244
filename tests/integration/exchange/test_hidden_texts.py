"""Whatever form a paper, a table or the journal gives to a hidden text, copies do not tell it."""

import json
from io import BytesIO

import pytest

from crrubric.domain.archive.checks import verify_archive
from crrubric.domain.archive.manifest import MANIFEST, CopyKind
from crrubric.domain.meeting.ranking import RankingInput
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.vocabulary import Answer, DeclarationKind, EvidenceKind, Phase, Role
from crrubric.extensions import db
from crrubric.models import Evaluation
from crrubric.queries.exchange.redactions import TextFilter, list_texts
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import ballots
from crrubric.services.ballots.attachments import attach_mark_file
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.exchange.archives.archives import ArchiveText, make_archive
from crrubric.services.exchange.archives.redactions import choose_redaction
from crrubric.services.meeting.decisions import DecisionText, record_decision
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.memo.narratives import write_narratives
from crrubric.services.setup.phases import change_phase
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.exchange.archive_files import Parts, read_parts
from tests.integration.exchange.test_archive import MARKS
from tests.integration.exchange.test_redactions import list_texts_of, seat_of

PUBLIC = ArchiveText(copy=CopyKind.REDACTED)
NAMED = ArchiveText(copy=CopyKind.REDACTED, names_people=True)
PARAGRAPHS = "Canary one\nand canary two, both.\n\n- third canary\n- canary"
SPOKEN = 'A “canary” sang,\nand "canary" it was.'
CONDITIONS = "First canary\nSecond canary, the longer one"
WHY_ORDER = "The canary said so, in another order."


@pytest.fixture
def made(make: Factory) -> Made:
    """A decided evaluation, in which people wrote in every form."""
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    reviewer, vendor = made.reviewers[0], made.vendors[0].id
    text = ballots.MarkText(
        answer=Answer.NO,
        note="A canary.",
        evidence_kind=EvidenceKind.DOCUMENT,
        evidence_place="Canary 7",
    )
    criterion = made.criteria[0].id
    ballots.record_mark(reviewer, made.slug, vendor, criterion, text, seen_version=1)
    attach_mark_file(reviewer, made.slug, vendor, criterion, name="canary.csv", data=b"a,b")
    for place in MARKS:
        make.submit(made, *place)
    make.forward(made, Phase.MEETING, {})
    write_narratives(made.chair, made.slug, vendor, {NarrativePart.STRENGTHS: PARAGRAPHS})
    decision = DecisionText(
        vendor_id=vendor,
        reason=SPOKEN,
        conditions=CONDITIONS,
    )
    order = RankingInput({made.vendors[0].code: 1}, reason=WHY_ORDER)
    record_decision(made.chair, made.slug, decision, order)
    change_phase(made.chair, made.slug, Phase.DECIDED)
    return made


def hide(made: Made, *wanted: str, why: str = "A student.") -> None:
    rows = list_texts(db.session(), seat_of(made), TextFilter())
    db.session.rollback()
    for place in [row.place for row in rows if not wanted or row.text in wanted]:
        choose_redaction(made.chair, made.slug, place, why)


def copy_of(made: Made, wanted: ArchiveText) -> Parts:
    file = BytesIO()
    make_archive(made.chair, made.slug, file, wanted)
    assert [str(problem) for problem in verify_archive(BytesIO(file.getvalue())).problems] == []
    return read_parts(file.getvalue())


def list_telling(parts: Parts, word: str) -> list[str]:
    """Which files of a copy have a word."""
    return [path for path, body in parts.items() if word in list_texts_of({path: body})]


def test_a_hidden_text_stands_in_no_file_in_whatever_form(made: Made):
    before = list_telling(copy_of(made, NAMED), "anary")
    assert {
        "ballots/marks.csv", "evidence/evidence.csv", "journal/journal.jsonl", "memo/redacted.pdf",
        "results/results.json",
    } <= {*before}  # fmt: skip
    hide(made)

    assert list_telling(copy_of(made, NAMED), "anary") == []


def test_the_log_and_the_title_name_nobody(made: Made):
    name = made.reviewers[0].name
    db.session.get_one(Evaluation, made.evaluation.id).title = f"Chosen by {name}"
    db.session.commit()
    hide(made, SPOKEN, why=f"{name} told of a student.")

    parts = copy_of(made, PUBLIC)

    assert "redactions/log.csv" in list_telling(parts, "told of a student.")
    assert list_telling(parts, name) == []


@pytest.mark.parametrize("phase", [Phase.DECIDED, Phase.ARCHIVED])
def test_a_chair_who_stays_away_from_a_vendor_reads_none_of_the_texts(
    make: Factory, visit: Visit, phase: Phase
):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    vendor, criterion = made.vendors[0].id, made.criteria[0].id
    text = ballots.MarkText(answer=Answer.NO, note="The canary sang.")
    ballots.record_mark(made.reviewers[0], made.slug, vendor, criterion, text, seen_version=1)
    declare_interest(
        other, made.slug, vendor, kind=DeclarationKind.CONFLICT, words="My sister works there."
    )
    make.forward(made, phase, {})
    seat = seat_of(made)
    place = next(
        row.place
        for row in list_texts(db.session(), seat, TextFilter())
        if row.text == "The canary sang."
    )
    address = made.url(f"archive/texts/{place.entry}{place.pointer}")
    assert "The canary sang." in visit(made.chair).get(address).text
    away = visit(other)

    answers = [
        away.get(address),
        away.get(made.url("archive/texts")),
        away.get(made.url("archive/texts?q=canary")),
        away.get(made.url("archive/texts?show=names&kind=ballots")),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert [answer for answer in answers if "The canary sang." in answer.text] == []
    sent = away.post(address, {"reason": ""})
    assert "The canary sang." not in sent.text


def test_the_hash_of_an_issued_memo_tells_nothing_of_what_is_hidden_in_it(made: Made):
    issue = issue_memo(made.chair, made.slug, IssueText(language="en"))
    nonce, number = issue.nonce, issue.number
    assert len(nonce) == 32
    hide(made, SPOKEN)

    parts = copy_of(made, NAMED)

    left = {row["path"] for row in json.loads(parts[MANIFEST])["left_out"]}
    assert f"memo/issue-{number}.html" in left
    assert list_telling(parts, nonce) == []
    assert nonce in list_texts_of({"memo": whole_archive(made)[f"memo/issue-{number}.html"]})
    seat = seat_of(made)
    assert nonce not in {row.text for row in list_texts(db.session(), seat, TextFilter())}
    assert [str(problem) for problem in verify_record(db.session()).problems] == []


def whole_archive(made: Made) -> Parts:
    file = BytesIO()
    make_archive(made.chair, made.slug, file)
    return read_parts(file.getvalue())
