"""The chair's words about vendors: written, kept from who stays away, printed by the memo."""

from datetime import date

import pytest
from sqlalchemy import select

from crrubric.catalogue import load_translations
from crrubric.domain.documents.tree import Block, Bullets, Heading, Paragraph
from crrubric.domain.errors import NotFound, Stale
from crrubric.domain.events import Event
from crrubric.domain.limits import LONG_TEXT
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Answer, DeclarationKind, EvidenceKind, Outcome, Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry, Narrative, Vendor
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.memo.narratives import load_sources
from crrubric.services.ballots import ballots
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import decisions
from crrubric.services.memo.narratives import tell_narratives, write_narratives
from crrubric.services.setup import withdrawals
from crrubric.services.setup.phases import change_phase
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import Page, parse, words

STRENGTHS, GAPS = NarrativePart.STRENGTHS, NarrativePart.GAPS
TEXT = "It is quick.\n- Nobody waits\n- All can read it"


@pytest.fixture
def made(make: Factory) -> Made:
    """A meeting; of the first vendor two notes with evidence, one against what was found."""
    made = make.evaluation(phase=Phase.SCORING, reviewers=3)
    note(made, 0, 0, Answer.YES, "Read  aloud\neverywhere.")
    note(made, 1, 0, Answer.YES, "")
    note(made, 2, 0, Answer.NO, "Not in Spanish.")
    note(made, 0, 1, Answer.CANNOT_TELL, "No demo of it.")
    make.forward(made, Phase.MEETING, {})
    return made


def note(made: Made, reviewer: int, criterion: int, answer: Answer, text: str) -> None:
    mark = ballots.MarkText(
        answer=answer,
        note=text,
        evidence_kind=EvidenceKind.DEMO if text else None,
        evidence_place="minute 12" if text else "",
        evidence_on=date(2026, 3, 12) if text else None,
    )
    vendor, cell = made.vendors[0].id, made.criteria[criterion].id
    ballots.record_mark(made.reviewers[reviewer], made.slug, vendor, cell, mark, seen_version=0)


def write(made: Made, vendor: int = 0, **texts: str) -> bool:
    of = {NarrativePart[name]: text for name, text in texts.items()}
    return write_narratives(made.chair, made.slug, made.vendors[vendor].id, of)


def read_parts(made: Made, away: frozenset[int] = frozenset()) -> dict[str, list[Block]]:
    """The blocks of the memo on the first vendor, by their label."""
    db.session.rollback()
    db.session.expire_all()
    facts = load_memo_facts(db.session(), made.evaluation, "en", away)
    blocks = compose_memo(facts, load_translations("en").gettext).blocks
    name = db.session.get_one(Vendor, made.vendors[0].id).name
    begin = blocks.index(Heading(2, name))
    found: dict[str, list[Block]] = {}
    label = ""
    for block in blocks[begin + 1 :]:
        if isinstance(block, Heading):
            break
        if isinstance(block, Paragraph) and block.lead and not block.text:
            label = block.lead
        else:
            found.setdefault(label, []).append(block)
    return found


def page_of(made: Made, vendor: int = 0) -> str:
    return made.url(f"words/{made.vendors[vendor].id}")


def test_words_come_first_then_the_criteria_with_their_votes_alone(made: Made):
    before = read_parts(made)["Strengths:"]
    assert isinstance(before[0], Bullets)
    assert "“Read aloud everywhere.”" in before[0].items[0]

    write(made, STRENGTHS=TEXT)

    told = read_parts(made)["Strengths:"]
    assert told[:2] == [
        Paragraph("It is quick."), Bullets(("Nobody waits", "All can read it"))
    ]  # fmt: skip
    title = made.criteria[0].title
    assert told[2:] == [
        Paragraph("By the votes:"), Bullets((f"Met, though some said NO: {title} (2–1).",))
    ]  # fmt: skip


def test_evidence_and_open_questions_stand_under_labels_of_their_own(made: Made):
    assert "Evidence relied on:" not in read_parts(made)

    write(made, EVIDENCE="- The demo", QUESTIONS="Is it in Spanish?")

    found = read_parts(made)
    assert found["Evidence relied on:"] == [Bullets(("The demo",))]
    assert found["Open questions:"] == [Paragraph("Is it in Spanish?")]


def test_a_text_that_is_taken_out_leaves_the_memo_as_it_was(made: Made):
    before = read_parts(made)
    write(made, STRENGTHS=TEXT, GAPS="Some.")

    assert write(made) is True
    assert write(made) is False

    assert read_parts(made) == before
    rows = db.session.scalars(select(Narrative)).all()
    assert {row.words for row in rows} == {""}


def test_the_journal_tells_the_texts_that_changed_with_a_commitment_to_each(made: Made):
    write(made, STRENGTHS="Quick.", GAPS="Few.")
    write(made, STRENGTHS="Quick.", GAPS="None.")

    wanted = select(JournalEntry).where(JournalEntry.event == Event.NARRATIVES_WRITTEN)
    first, second = db.session.scalars(wanted.order_by(JournalEntry.number)).all()
    assert first.after == {"strengths": "Quick.", "gaps": "Few."}
    assert (second.before, second.after) == ({"gaps": "Few."}, {"gaps": "None."})
    assert second.vendor_id == made.vendors[0].id
    assert len(second.salts or {}) >= 2  # of both texts


def test_what_the_record_says_is_told_with_role_and_evidence_in_words(made: Made):
    cell = made.vendors[0].id, made.criteria[1].id
    reason = decisions.FindingText(Outcome.NOT_MET, reason="Nobody saw it.")
    in_meeting.record_finding(made.chair, made.slug, *cell, reason, seen_version=0)
    vendor = db.session.get_one(Vendor, made.vendors[0].id)

    found = load_sources(db.session(), made.evaluation, vendor)

    first, second = (row.title for row in made.criteria[:2])
    evidence = "Demo · minute 12 · March 12, 2026"
    assert [line.text for line in found[STRENGTHS]] == [
        f"{first}: “Read aloud everywhere.” (Teacher; {evidence})"
    ]
    assert [(line.text, line.drafted) for line in found[GAPS]] == [
        (f"{first}: “Not in Spanish.” (Teacher; {evidence})", False),
        (f"{second}: found in the meeting. Nobody saw it.", True),
    ]
    assert found[GAPS][0].remark == "the finding is: Met"
    assert [line.text for line in found[NarrativePart.EVIDENCE]] == [
        f"{first}: {evidence} (Teacher)", f"{second}: {evidence} (Teacher)"
    ]  # fmt: skip


def test_a_draft_fills_an_empty_text_and_saves_nothing(made: Made, visit: Visit):
    chair = visit(made.chair)
    typed = {"strengths": " ", "gaps": "Mine", "draft": "STRENGTHS"}

    answer = chair.edit(page_of(made), typed)

    page = parse(answer.status_code, answer.text)
    assert page.status == 200
    assert "“Read aloud everywhere.”" in words(page.with_id("strengths"))
    assert words(page.with_id("gaps")) == "Mine"
    assert "Nothing is saved yet" in words(page.root)
    assert db.session.scalars(select(Narrative)).all() == []


def test_a_draft_is_never_put_over_typed_words(made: Made, visit: Visit):
    answer = visit(made.chair).edit(page_of(made), {"strengths": "Mine", "draft": "STRENGTHS"})

    page = parse(answer.status_code, answer.text)
    assert words(page.with_id("strengths")) == "Mine"
    assert "left as it is" in words(page.root)


def test_words_are_saved_and_listed_with_who_wrote_them(made: Made, visit: Visit):
    chair = visit(made.chair)

    answer = chair.edit(page_of(made), {"strengths": TEXT, "gaps": ""})

    assert answer.status_code == 303
    table = words(chair.page(made.url("words")).root)
    assert table.count("written by Dana Chair") == 1
    assert table.count("empty") >= 7
    assert words(chair.page(page_of(made)).with_id("strengths")).startswith("It is quick.")


def test_a_text_that_is_too_long_is_refused_and_kept(made: Made, visit: Visit):
    answer = visit(made.chair).edit(page_of(made), {"gaps": "x" * (LONG_TEXT + 1)})

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert len(words(page.with_id("gaps"))) > LONG_TEXT


def test_of_two_chairs_who_write_at_once_the_second_sees_both_texts(made: Made, visit: Visit):
    chair = visit(made.chair)
    shown = form_values(chair.page(page_of(made)))
    write(made, STRENGTHS="Theirs.", GAPS="Few.")

    answer = chair.post(page_of(made), {**shown, "strengths": "Mine."})

    page = parse(answer.status_code, answer.text)
    assert page.status == 409
    assert words(page.with_id("strengths")) == "Mine."
    assert "Theirs." in words(page.with_id("strengths-newer"))
    assert words(page.with_id("gaps")) == "Few."  # left alone: what was saved goes on
    again = {**form_values(page), "strengths": "Mine.", "gaps": "Few."}
    assert chair.post(page_of(made), again).status_code == 303


def form_values(page: Page) -> dict[str, str]:
    """The hidden fields of the form."""
    names = ("version", "seen")
    return {
        node.get("name", ""): node.get("value", "")
        for node in page.all("input")
        if node.get("name") in names
    }


def test_a_version_that_was_not_shown_is_not_overwritten(made: Made):
    seen = fingerprint_values(tell_narratives({}))
    write(made, STRENGTHS="Theirs.")

    with pytest.raises(Stale):
        write_narratives(made.chair, made.slug, made.vendors[0].id, {STRENGTHS: "Mine."}, seen=seen)


def test_who_stays_away_neither_reads_nor_writes_about_the_vendor(made: Made, visit: Visit):
    write(made, STRENGTHS="Canary.")
    write(made, 1, STRENGTHS="Of the other.")
    declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="A cousin."
    )
    chair = visit(made.chair)

    assert chair.get(page_of(made)).status_code == 404
    assert chair.post(page_of(made), {"strengths": "Mine."}).status_code == 404
    with pytest.raises(NotFound):
        write(made, STRENGTHS="Mine.")
    listed = words(chair.page(made.url("words")).root)
    assert "You stay away from this vendor" in listed
    assert listed.count("written by") == 1
    assert chair.get(page_of(made, 1)).status_code == 200
    memo = words(chair.page(made.url("memo/")).root)
    assert "Canary." not in memo
    assert "Of the other." in memo
    assert "Canary." in words(visit(made.reviewers[0]).page(made.url("memo/")).root)


def test_only_chairs_write_and_only_from_the_meeting_until_the_archive(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.DECIDED)
    observer = visit(made.reviewers[0])
    assert observer.get(page_of(made)).status_code == 404
    assert visit(made.chair).get(page_of(made)).status_code == 200
    write(made, STRENGTHS="After the decision.")

    change_phase(made.chair, made.slug, Phase.MEETING, reason="Too early.")
    change_phase(made.chair, made.slug, Phase.SCORING, reason="Too early.")

    assert visit(made.chair).get(page_of(made)).status_code == 404
    assert visit(made.chair).get(made.url("words")).status_code == 404


def test_nobody_writes_about_a_vendor_that_left_the_selection(made: Made, visit: Visit):
    gone = made.vendors[1].id
    withdrawals.withdraw_vendor(made.chair, made.slug, gone, reason="It withdrew.")

    assert visit(made.chair).get(page_of(made, 1)).status_code == 404
    with pytest.raises(NotFound):
        write(made, 1, GAPS="Gone.")


def test_what_somebody_could_not_tell_is_quoted_with_their_role(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    note(made, 0, 0, Answer.CANNOT_TELL, "No demo. The vendor “withdrew” it.")
    make.forward(made, Phase.MEETING, {})

    told = read_parts(made)["What reviewers could not tell:"][0]

    title = made.criteria[0].title
    assert told == Bullets(
        (
            f"{title}: 1 of 2 could not tell. “No demo. The vendor ‘withdrew’ it.”"
            " (Teacher; Demo · minute 12 · 2026-03-12)",
        )
    )
