"""Motions, dissent and the language of the memo: told on the page before, in minutes and memo."""

import io
import re

import pytest
from docx import Document

from crrubric.domain.events import Event
from crrubric.domain.vocabulary import DeclarationKind, Outcome, Phase, PositionKind
from crrubric.extensions import db
from crrubric.models import Finding
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import meetings, motions
from crrubric.services.meeting.decisions import serialize_finding
from crrubric.services.meeting.meetings import MotionText
from crrubric.services.meeting.positions import state_position
from crrubric.services.setup.phases import change_phase
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made, shown_undisputed
from tests.integration.conftest import Visit
from tests.integration.meeting.test_meeting import VOTE, met, opened, place
from tests.integration.meeting.test_positions import SECRET, recommended
from tests.integration.meeting.test_positions import dissent as cannot_support
from tests.pages import words

pytestmark = pytest.mark.both_databases

MOVED = MotionText(
    words="To thank the hosts",
    in_favor=2,
    opposed=1,
    abstaining=1,
    moved_by="Ana Ruiz",
    seconded_by="Ben Lee",
)


def adopted(make: Factory) -> Made:
    """Three items adopted in one motion, and another motion with a vote against it."""
    made = opened(make)
    shown = shown_undisputed(made, made.chair)
    meetings.adopt_undisputed_cells(made.chair, made.slug, VOTE, shown=shown)
    meetings.record_motion(made.chair, made.slug, MOVED)
    return made


def read_word_memo(chair, made: Made, query: str = "") -> str:
    answer = chair.get(made.url(f"memo/memo.docx{query}"))
    document = Document(io.BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_memo_lists_every_motion_on_the_page_in_html_and_in_word(make: Factory, visit: Visit):
    made = adopted(make)
    chair = visit(made.chair)
    told = [
        words(chair.page(made.url("memo/")).root),
        words(chair.page(made.url("memo/memo.html")).root),
        read_word_memo(chair, made),
    ]

    company = made.vendors[0].company
    for memo in told:
        for part in (
            "2. To thank the hosts", "Ana Ruiz, Ben Lee", "2 in favor, 1 against, 1 abstaining",
            "carried; items adopted: 3", "Adopted with motion 1:",
            f"{company}, Met (3): Accessible; Works with our system; Teacher provided",
        ):  # fmt: skip
            assert part in memo


def test_a_memo_without_motions_says_so(make: Factory, visit: Visit):
    memo = words(visit((made := met(make)).chair).page(made.url("memo/")).root)

    assert re.search("Nothing is recorded here: [^.]*Motions", memo)


def test_a_correction_tells_both_wordings_movers_and_votes(make: Factory, visit: Visit):
    made = opened(make)
    motion = meetings.record_motion(made.chair, made.slug, MOVED)
    text = MotionText(words="To thank the school", in_favor=3, moved_by="Ana Ruiz")
    motions.correct_motion(made.chair, made.slug, motion.id, text, reason="Misheard.")
    memo = words(visit(made.chair).page(made.url("memo/")).root)

    assert (
        "Misheard. Before: “To thank the hosts”. Now: “To thank the school”."
        " Before: moved by Ana Ruiz, seconded by Ben Lee."
        " Now: moved by Ana Ruiz, seconded by not recorded."
        " Before: 2 in favor, 1 against, 1 abstaining. Now: 3 in favor, 0 against, 0 abstaining."
    ) in memo


def test_a_motion_that_falls_says_what_it_had_adopted(make: Factory, visit: Visit):
    made = opened(make)
    shown = shown_undisputed(made, made.chair)
    motion = meetings.adopt_undisputed_cells(made.chair, made.slug, VOTE, shown=shown)
    text = MotionText(words=VOTE.words, in_favor=1, opposed=3)
    motions.correct_motion(made.chair, made.slug, motion.id, text, reason="Read the wrong way.")
    memo = words(visit(made.chair).page(made.url("memo/")).root)
    minutes = words(visit(made.chair).page(made.url("meeting/minutes")).root)

    assert "not carried as corrected; findings withdrawn with it: 3" in memo
    assert "Adopted with motion 1 until it was corrected:" in memo
    assert "3 items were adopted until the motion was corrected." in minutes
    assert "finding withdrawn" not in minutes  # told beside the motion, not item by item


def test_the_items_of_a_motion_are_listed_before_it_and_in_the_minutes(make: Factory, visit: Visit):
    made = opened(make)
    chair, company = visit(made.chair), made.vendors[0].company
    listed = f"{company}: ✓ Met (3): Accessible; Works with our system; Teacher provided"
    before = words(chair.page(made.url("meeting/")).root)
    shown = shown_undisputed(made, made.chair)
    meetings.adopt_undisputed_cells(made.chair, made.slug, VOTE, shown=shown)
    after = words(chair.page(made.url("meeting/minutes")).root)

    assert listed in before
    assert listed in after
    assert "3 items adopted" in after


def test_who_stays_away_from_a_vendor_reads_nothing_of_its_items(make: Factory, visit: Visit):
    made = opened(make)
    shown = shown_undisputed(made, made.chair)
    meetings.adopt_undisputed_cells(made.chair, made.slug, VOTE, shown=shown)
    kind = DeclarationKind.CONFLICT
    declare_interest(made.reviewers[0], made.slug, made.vendors[0].id, kind=kind, words="My aunt.")
    minutes = words(visit(made.reviewers[0]).page(made.url("meeting/minutes")).root)

    assert VOTE.words in minutes
    assert made.vendors[0].company not in minutes
    assert "items adopted" not in minutes


def test_the_board_reads_who_dissents_once_the_decision_is_final(make: Factory, visit: Visit):
    made = recommended(make)
    cannot_support(made)
    support = PositionKind.SUPPORT
    state_position(made.reviewers[1], made.slug, kind=support)
    meetings.start_meeting(made.chair, made.slug)
    meetings.record_motion(made.chair, made.slug, MOVED_IN_SMALL)
    before = words(visit(made.chair).page(made.url("memo/")).root)
    change_phase(made.chair, made.slug, Phase.DECIDED)
    memo = words(visit(made.chair).page(made.url("memo/")).root)
    board = memo[memo.index("Board summary") : memo.index("This memo What")]

    assert SECRET not in before
    assert "Dissent: What reviewers stated is printed once the decision is final." in before
    assert "None recorded" not in before[before.index("9. Dissent") : before.index("10. How")]
    assert (
        "Dissent: 2 of 2 reviewers stated a position. Support it: 1. Can live with it: 0."
        " Cannot support it: 1. Motions that carried with votes against them: 1 of 1."
    ) in board
    assert f"{made.evaluation.members[1].name} (" in board
    assert SECRET in board


MOVED_IN_SMALL = MotionText(words="To go on", in_favor=2, opposed=1)


def test_long_words_of_dissent_stay_in_their_section(make: Factory, visit: Visit):
    made = recommended(make)
    long = "It reads aloud badly. " * 60
    kind = PositionKind.CANNOT_SUPPORT
    state_position(made.reviewers[0], made.slug, kind=kind, words=long)
    make.forward(made, Phase.DECIDED, {})
    memo = words(visit(made.chair).page(made.url("memo/")).root)

    assert "in their own words in the section “Dissent”" in memo
    assert memo.count("It reads aloud badly.") == 60


def test_findings_from_before_are_said_to_be_outside_a_meeting(make: Factory, visit: Visit):
    made = met(make)
    vendor, criterion = place(made, 1, "ada")
    with unit_of_work() as session:  # as an older version did
        finding = Finding(
            vendor_id=vendor,
            criterion_id=criterion,
            value=Outcome.NOT_MET,
            reason="We saw it.",
            recorded_by=made.chair.name,
        )
        session.add(finding)
        session.flush()
        note_event(
            session,
            made.chair,
            Event.FINDING_RECORDED,
            evaluation_id=made.evaluation.id,
            about=EntryReferences(vendor, criterion),
            after=serialize_finding(finding),
            reason=finding.reason,
        )
    db.session.expire_all()
    chair, said = visit(made.chair), "Findings recorded while no meeting was open: 1."
    minutes = words(chair.page(made.url("meeting/minutes")).root)

    assert "Recorded while no meeting was open" in minutes
    assert "Not met We saw it." in minutes
    assert said in words(chair.page(made.url("memo/")).root)


def test_the_memo_can_be_read_in_both_languages(make: Factory, visit: Visit):
    made = adopted(make)
    chair = visit(made.chair)

    page = words(chair.page(made.url("memo/")).root)
    spanish = words(chair.page(made.url("memo/?language=es")).root)
    word = read_word_memo(chair, made, "?language=es")
    answer = chair.get(made.url("memo/memo.html?language=es"))

    assert "This memo is in English, as the documents of this evaluation are." in page
    assert "Read it in Spanish" in page
    assert "You read it in Spanish. The documents of this evaluation are in English." in spanish
    for memo in (spanish, word, words(chair.page(made.url("memo/memo.html?language=es")).root)):
        assert "Los documentos de esta evaluación están en inglés." in memo
        assert "To thank the hosts" in memo  # what was typed stays
        assert "Resumen para la junta" in memo
    assert f"{made.slug}-memo-es.html" in answer.headers["Content-Disposition"]
    assert [
        chair.get(made.url(f"memo/{path}?language=xx")).status_code
        for path in ("", "memo.html", "memo.docx")
    ] == [404] * 3
