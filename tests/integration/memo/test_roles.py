"""A memo that gives roles: no name of a member in any format, property or file name."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from crrubric.domain.errors import Stale, WrongPhase
from crrubric.domain.memo.issuing.issues import MemoFormat
from crrubric.domain.procurement.binder import LineRecord
from crrubric.domain.procurement.line_states import LineState
from crrubric.domain.procurement.purchase import FundKind, FundShare, PurchaseFacts
from crrubric.domain.vocabulary import Phase, PositionKind, Standing
from crrubric.models import User
from crrubric.services.meeting import meetings, positions
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.memo.naming import set_memo_names
from crrubric.services.people.own_account import rename_own_account
from crrubric.services.planning.items import ItemText, add_action_item
from crrubric.services.procurement.lines import record_purchase_line
from crrubric.services.procurement.purchases import set_purchase_facts
from crrubric.services.setup import phases
from crrubric.services.setup.chairs import appoint_chair
from tests.factories import Factory, Made, full_rubric
from tests.integration.conftest import Visit
from tests.integration.memo.test_issues import kept_bytes
from tests.integration.record import whole

# nobody's name is a word of the memo, nor a part of one
NAMES = (
    "Xanthippe Quillfeather", "Óscar Ñandúez-Ybarrondo", "Thaddeus Wrexhampton",
    "Zdzisława Brzęczyszczykiewicz", "Ngozi Okwuchukwu", "Bartholomew Fitzwygram",
    "Ulrika Skjærgård", "Philomena Vandergucht", "Casimir Przybylski", "Dymphna Blackadder",
    "Eulalia Grzybowska", "Quirinus Hrdlička", "Isolde Threlkeld", "Jorunn Ytterdal",
    "Wilhelmina Katzenjammer", "Lysander Mpumelelo",
)  # fmt: skip
FORMER = "Hyacinthia Oldnameworth"  # as one of them was called when she did some of it
INITIALS = ("X.Q.", "X. Q.", "T.W.", "T. W.", "N. O.", "B. F.")


class NamedFactory(Factory):
    """Makes people with names that nothing else has."""

    def user(self, name: str = "", *, standing: Standing = Standing.MEMBER) -> User:
        """As the factory does, with the next of the unusual names."""
        return super().user(NAMES[self.named % len(NAMES)], standing=standing)


def read_pdf(body: bytes) -> str:
    pdf = PdfReader(BytesIO(body))
    about = " ".join(map(str, (pdf.metadata or {}).values()))
    xmp = pdf.xmp_metadata.stream.get_data().decode() if pdf.xmp_metadata else ""
    outline = str(pdf.outline)
    text = " ".join(page.extract_text() for page in pdf.pages)
    return " ".join((about, xmp, outline, " ".join(text.split())))


def read_word(body: bytes) -> str:
    with ZipFile(BytesIO(body)) as word:
        parts = [word.read(name) for name in word.namelist()]
    return " ".join(part.decode("utf-8", errors="replace") for part in parts)


READERS: dict[MemoFormat, Callable[[bytes], str]] = {
    MemoFormat.PDF: read_pdf,
    MemoFormat.WORD: read_word,
    MemoFormat.HTML: bytes.decode,
}


def fill(make: Factory, folder: Path) -> Made:
    """An evaluation in which people did all that a memo tells of people; the decision is final."""
    made = make.evaluation(rubric=full_rubric(), reviewers=4, vendors=3)
    administrator = make.actor(standing=Standing.ADMINISTRATOR)
    whole.prepare(made)
    whole.plan(made)
    make.forward(made, Phase.SCORING, {(0, 0): "YNY", (0, 1): "NYY", (1, 0): "YN"})
    rename_own_account(made.reviewers[3], FORMER)
    whole.score(make, made)
    make.conflict(made, 3, 1, "My sister works there.")
    rename_own_account(made.reviewers[3], NAMES[15])
    whole.ask(made)
    whole.bring_in(made, folder)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    whole.meet(made)
    adopt_by_hand(made)
    for member in range(3):
        add_action_item(
            made.chair, made.slug, ItemText(words="Train", member_id=whole.member_of(made, member))
        )
    appoint_chair(
        administrator, made.slug, whole.member_of(made, 0), reason="The chair is away at times."
    )
    whole.recommend(made)
    checked = LineRecord(state=LineState.DONE, note="Asked.", done_by=made.reviewers[0].name)
    record_purchase_line(made.chair, made.slug, "allowable", checked)
    fund = FundShare(kind=FundKind.IDEA_B)
    set_purchase_facts(made.chair, made.slug, PurchaseFacts(funds=(fund,)))
    positions.state_position(
        made.reviewers[1], made.slug, kind=PositionKind.CANNOT_SUPPORT, words="Too dear for us."
    )
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    return made


def adopt_by_hand(made: Made) -> None:
    """A motion by two members, typed as they are called, and by one under half of his name."""
    meetings.start_meeting(made.chair, made.slug)
    there = [whole.member_of(made, number) for number in range(3)]
    meetings.record_attendance(made.chair, made.slug, there)
    for mover, seconder in ((made.reviewers[0].name, made.reviewers[1].name), ("Thaddeus", "")):
        text = meetings.MotionText(
            words="To pause", in_favor=2, moved_by=mover, seconded_by=seconder
        )
        meetings.record_motion(made.chair, made.slug, text)
    meetings.end_meeting(made.chair, made.slug)


@pytest.fixture
def named(app, tmp_path: Path) -> Made:
    make = NamedFactory(app)
    return make.make_once("memo with unusual names", lambda: fill(make, tmp_path))


def list_name_parts() -> list[str]:
    return [part for name in (*NAMES, FORMER) for part in name.replace("-", " ").split()]


def test_with_names_everybody_stands_there(named: Made):
    issue_memo(named.chair, named.slug, IssueText(language="en"))

    for form, read in READERS.items():
        text = read(kept_bytes(named, 1, form))
        for who in (named.chair, *named.reviewers[:3]):
            assert who.name in text, (form, who.name)


@pytest.mark.parametrize("language", ["en", "es"])
def test_with_roles_no_name_is_left_in_any_format(named: Made, visit: Visit, language: str):
    set_memo_names(named.chair, named.slug, names_people=False)
    issue_memo(named.chair, named.slug, IssueText(language=language))

    for form, read in READERS.items():
        text = read(kept_bytes(named, 1, form))
        left = [part for part in (*list_name_parts(), *INITIALS) if part in text]
        assert left == [], form
        role = "Teacher" if language == "en" else "Docente"
        assert f"{role} 1" in text, form
    for ending in ("pdf", "docx", "html"):
        sent = visit(named.chair).get(named.url(f"memo/issues/1/memo.{ending}"))
        disposition = sent.headers["Content-Disposition"]
        assert [part for part in list_name_parts() if part in disposition] == []


def test_one_person_has_one_role_everywhere(named: Made):
    set_memo_names(named.chair, named.slug, names_people=False)
    issue_memo(named.chair, named.slug, IssueText(language="en"))

    html = kept_bytes(named, 1, MemoFormat.HTML).decode()

    signed = html[html.index("Approvals") :]
    assert html.count("Too dear for us.") >= 1
    dissenter = html[: html.index("Too dear for us.")].rsplit("<li", 1)[1]
    label = dissenter.split(">", 1)[1].split(" (")[0].replace("<bdi>", "").strip()
    assert label in signed
    assert f"moved by {label}" not in html  # it was another who moved


def test_names_in_typed_texts_are_listed_before_it_is_issued(named: Made, visit: Visit):
    set_memo_names(named.chair, named.slug, names_people=False)
    chair = visit(named.chair)
    assert (
        "No text that people typed has a member’s name in it."
        in chair.get(named.url("memo/issue")).text
    )

    phases.change_phase(
        named.chair, named.slug, Phase.MEETING, reason="XANTHIPPE QUILLFEATHER asked."
    )
    positions.state_position(
        named.reviewers[2],
        named.slug,
        kind=PositionKind.CANNOT_SUPPORT,
        words="Ngozi, who knows it best, is against it.",
    )
    phases.change_phase(named.chair, named.slug, Phase.DECIDED)
    page = chair.get(named.url("memo/issue")).text

    assert "Typed texts with a member’s name" in page
    assert "XANTHIPPE QUILLFEATHER</bdi>" in page
    assert "asked." in page


def test_the_choice_is_the_chairs_and_holds_for_the_next_issue(named: Made, visit: Visit):
    issue_memo(named.chair, named.slug, IssueText(language="en"))
    chair = visit(named.chair)
    page = chair.get(named.url("memo/names/")).text
    assert "Issue 1 stays as it is." in page

    done = chair.edit(named.url("memo/names/"), {"shows": "roles"})

    assert (done.status_code, done.location) == (303, named.url("memo/"))
    shown = chair.get(named.url("memo/")).text
    assert "It differs from issue 1" in shown
    assert "Xanthippe Quillfeather" in kept_bytes(named, 1, MemoFormat.HTML).decode()


def test_two_chairs_who_choose_at_once(named: Made):
    with pytest.raises(Stale):
        set_memo_names(named.chair, named.slug, names_people=False, seen="another version")


def test_nobody_chooses_in_the_archive(make: Factory):
    made = make.evaluation(phase=Phase.ARCHIVED)

    with pytest.raises(WrongPhase):
        set_memo_names(made.chair, made.slug, names_people=False)
