"""Evidence on pages: links, ages, the register, and what set-up says of it."""

import csv
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.domain.ballots.evidence import subtract_months
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.setup.rubric import load_built_in_rubric, parse_rubric
from crrubric.domain.vocabulary import Answer, EvidenceKind, Phase
from crrubric.extensions import db
from crrubric.models import Criterion, District, JournalEntry, Mark
from crrubric.queries.ballots import evidence
from crrubric.services.ballots.attachments import attach_mark_file
from crrubric.services.ballots.ballots import MarkText, record_mark
from crrubric.services.setup import rubrics
from crrubric.services.setup.evaluations import create_evaluation
from tests.factories import SMALL, Factory, Made
from tests.integration.conftest import Visit
from tests.pages import words
from tests.uploads import pdf

TODAY = now_utc().date()
LINK = "https://help.quillmere.example/vpat.pdf"
ANCHOR = (
    f'<a href="{LINK}" rel="noopener noreferrer external">'
    "<bdi>help.quillmere.example</bdi>, <bdi>/vpat.pdf</bdi></a>"
)


def pointed(
    made: Made,
    place: str = LINK,
    *,
    reviewer: int = 0,
    vendor: int = 0,
    code: str = "ada",
    on: date | None = None,
    until: date | None = None,
) -> Mark:
    """A reviewer marks and points to something."""
    return record_mark(
        made.reviewers[reviewer],
        made.slug,
        made.vendors[vendor].id,
        made.criterion(code).id,
        MarkText(
            answer=Answer.NO,
            note="seen",
            evidence_kind=EvidenceKind.DOCUMENT,
            evidence_place=place,
            evidence_on=on,
            evidence_until=until,
        ),
        seen_version=0,
    )


def ageing(made: Made, code: str = "ada", months: int = 12) -> None:
    """Evidence on the criterion is old after so many months."""
    db.session.execute(
        update(Criterion)
        .where(Criterion.id == made.criterion(code).id)
        .values(evidence_months=months)
    )
    db.session.commit()


def pages_with_evidence(made: Made) -> list[str]:
    ballot = made.url(f"ballots/{made.vendors[0].id}")
    cell = made.url(f"cells/{made.vendors[0].id}/{made.criterion('ada').id}")
    return [ballot, f"{ballot}/submit", cell, made.url("evidence/")]


def test_a_web_address_is_a_link_on_every_page_and_a_lookalike_is_plain_text(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    pointed(made)
    pointed(made, "javascript:alert(1)", reviewer=1)
    pointed(made, "https://good.example@evil.example/", vendor=1)
    make.forward(made, Phase.MEETING, {})
    person = visit(made.reviewers[0])

    shown = [person.get(url).text for url in pages_with_evidence(made)]

    assert [ANCHOR in text for text in shown] == [True] * 4
    assert "<bdi>javascript:alert(1)</bdi>" in shown[2]
    assert "<bdi>https://good.example@evil.example/</bdi>" in shown[3]
    assert [
        text for text in shown if 'href="javascript' in text or "@evil" in text.split('href="')
    ] == []
    memo = visit(made.chair).get(made.url("memo/memo.html")).text
    assert (LINK in memo, f'href="{LINK}"' in memo) == (True, False)


def test_the_panel_beside_the_matrix_shows_evidence_and_files_as_the_page_does(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    pointed(made, until=date(2026, 5, 3))
    vendor, criterion = made.vendors[0].id, made.criterion("ada").id
    file = attach_mark_file(
        made.reviewers[0], made.slug, vendor, criterion, name="a.pdf", data=pdf()
    )
    make.forward(made, Phase.MEETING, {})
    person = visit(made.reviewers[1])

    pages = [made.url(f"cells/{vendor}/{criterion}"), made.url(f"matrix?cell={vendor}-{criterion}")]

    for shown in [person.get(url).text for url in pages]:
        for part in (ANCHOR, "expired May 3, 2026", made.url(f"evidence/files/{file.key}")):
            assert part in shown


def test_old_and_expired_evidence_is_flagged_on_every_page_that_shows_it(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    ageing(made)
    pointed(made, on=subtract_months(TODAY, 12) - timedelta(days=2))
    pointed(made, reviewer=1, until=date(2026, 5, 3), on=date(2026, 5, 1))
    pointed(made, code="sis", on=date(2020, 1, 1))
    person = visit(made.reviewers[0])
    ballot = pages_with_evidence(made)[0]
    assert person.get(ballot).text.count("older than 12 months") == 1  # on the sis it is not old

    make.forward(made, Phase.MEETING, {})

    shown = [person.get(url).text for url in pages_with_evidence(made)]
    assert [text.count("older than 12 months") for text in shown] == [1, 1, 1, 1]
    assert [text.count("expired May 3, 2026") for text in shown] == [0, 0, 1, 1]


def test_expiry_is_judged_in_the_time_zone_of_the_district(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(phase=Phase.SCORING)
    pointed(made, until=TODAY)
    late = now_utc().replace(hour=3)  # it is still yesterday in Chicago
    monkeypatch.setattr("crrubric.web.shared.words.now_utc", lambda: late + timedelta(days=1))
    person, ballot = visit(made.reviewers[0]), pages_with_evidence(made)[0]

    found = []
    for zone in ("UTC", "America/Chicago"):
        db.session.execute(update(District).values(time_zone=zone))
        db.session.commit()
        found.append("expired" in person.get(ballot).text)

    assert found == [True, False]


def test_evidence_can_t_expire_before_it_was_seen(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")
    form = {"answer": "NO", "version": "0", "evidence_on": "2026-03-12"}
    person = visit(made.reviewers[0])

    refused = person.post(url, {**form, "evidence_until": "2026-03-11"})
    good = person.post(url, {**form, "evidence_until": "2026-03-12"})

    assert (refused.status_code, good.status_code) == (422, 303)
    assert "Evidence can’t expire before the day on which it was seen." in refused.text
    assert 'value="2026-03-11"' in refused.text
    assert db.session.scalars(select(Mark.evidence_until)).one() == date(2026, 3, 12)


def test_evidence_can_t_have_been_seen_in_the_future(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")
    later = (now_utc() + timedelta(days=2)).date().isoformat()

    refused = visit(made.reviewers[0]).post(
        url, {"answer": "NO", "version": "0", "evidence_on": later}
    )

    assert refused.status_code == 422
    assert "This day is still to come." in refused.text
    assert f'value="{later}"' in refused.text
    assert db.session.scalars(select(Mark)).all() == []


def test_the_register_shows_one_s_own_before_the_meeting_and_all_from_then_on(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    pointed(made, "mine-here")
    pointed(made, "theirs-there", reviewer=1)
    url = made.url("evidence/")
    people = [visit(actor) for actor in (made.reviewers[0], made.reviewers[1], made.chair)]

    def seen() -> list[tuple[bool, bool]]:
        texts = [person.get(url).text for person in people]
        return [("mine-here" in text, "theirs-there" in text) for text in texts]

    assert seen() == [(True, False), (False, True), (False, False)]
    assert "Evidence</a>" not in people[0].get(url).text
    make.forward(made, Phase.MEETING, {})
    assert seen() == [(True, True)] * 3
    assert "Evidence</a>" in people[0].get(url).text


def test_the_register_is_filtered_by_query_parameters(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    ageing(made)
    pointed(made, "one", on=date(2020, 1, 1))
    pointed(made, "two", vendor=1, on=TODAY)
    pointed(made, "three", code="sis", until=date(2020, 1, 1))
    make.forward(made, Phase.MEETING, {})
    person, url = visit(made.chair), made.url("evidence/")

    def places(query: str) -> list[str]:
        page = person.page(f"{url}?{query}")
        cells = [words(row.findall("td")[1]) for row in page.all("tr") if row.findall("td")]
        return [text.removeprefix("Document").split()[0] for text in cells]

    assert places("") == ["one", "three", "two"]
    assert places(f"vendor={made.vendors[1].id}") == ["two"]
    assert places(f"criterion={made.criterion('sis').id}") == ["three"]
    assert places("age=aged") == ["one", "three"]
    assert places(f"age=aged&vendor={made.vendors[1].id}") == []
    odd = ["vendor=99999999", "vendor=-1", f"criterion={2**40}", "page=-1", "page=99999"]
    assert [person.get(f"{url}?{query}").status_code for query in odd] == [404] * 5


def test_a_long_register_is_split_into_pages(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(phase=Phase.SCORING)
    for number, code in enumerate(("ada", "sis", "teacher")):
        pointed(made, f"place-{number}", code=code)
    make.forward(made, Phase.MEETING, {})
    monkeypatch.setattr(evidence, "PAGE", 2)
    person, url = visit(made.chair), made.url("evidence/")

    first, second = person.get(url).text, person.get(f"{url}?page=1").text

    assert [f"place-{n}" in first for n in range(3)] == [True, True, False]
    assert [f"place-{n}" in second for n in range(3)] == [False, False, True]
    assert ("page=1" in first, ">Back<" in second, ">More<" in second) == (True, True, False)


def test_the_register_and_the_pages_use_the_same_rule_for_old_evidence(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    ageing(made)
    days = [None, *(subtract_months(TODAY, 12) + timedelta(days=n) for n in (-2, 3))]
    cells = [(r, v) for r in range(2) for v in range(2)]
    for (reviewer, vendor), on in zip(cells, days, strict=False):
        pointed(made, "x", reviewer=reviewer, vendor=vendor, on=on)
    make.forward(made, Phase.MEETING, {})
    person, url = visit(made.chair), made.url("evidence/")

    assert person.get(f"{url}?age=aged").text.count("older than 12 months") == 1
    assert person.get(url).text.count("older than 12 months") == 1


def test_the_chair_sets_after_how_many_months_evidence_is_old(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, url = visit(made.chair), made.url(f"rubric/criteria/{made.criterion('ada').id}")
    form = {"title": "Accessible", "question": "?", "weight": "1"}

    refused = chair.edit(url, {**form, "evidence_months": "0"})
    saved = chair.edit(url, {**form, "evidence_months": "18"})

    assert (refused.status_code, saved.status_code) == (422, 303)
    assert "Enter a number from 1 to 120." in refused.text
    assert db.session.get_one(Criterion, made.criterion("ada").id).evidence_months == 18
    told = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.CRITERION_CHANGED)
    ).one()
    assert told.after["evidence_months"] == 18
    with pytest.raises(Invalid):
        rubrics.change_criterion(
            made.chair,
            made.slug,
            made.criterion("ada").id,
            rubrics.CriterionText(title="Accessible", evidence_months=121),
        )


def test_the_built_in_rubric_knows_where_age_matters(make: Factory):
    months = {
        row.code: row.evidence_months
        for part in load_built_in_rubric().sections
        for row in part.criteria
    }
    assert {code: found for code, found in months.items() if found} == {"ada": 12}

    chair = make.evaluation().chair
    made = create_evaluation(chair, title="With the built-in rubric", rubric=load_built_in_rubric())
    stored = select(Criterion.code).where(
        Criterion.evaluation_id == made.id, Criterion.evidence_months == 12
    )
    assert list(db.session.scalars(stored)) == ["ada"]


def test_a_rubric_file_sets_after_how_many_months_evidence_is_old(make: Factory):
    rubric = parse_rubric(SMALL.replace("must_have = true", "evidence_months = 6"))

    assert [row.evidence_months for row in rubric.sections[0].criteria] == [6, None, None]


def test_every_column_of_the_exported_marks_stands_under_its_name(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    mark = pointed(made, "page 4", on=date(2026, 3, 1), until=date(2027, 5, 3))
    reviewer, cell = made.reviewers[0], (made.slug, made.vendors[0].id, mark.criterion_id)
    for name in ("offer.pdf", "report.pdf"):
        attach_mark_file(reviewer, *cell, name=name, data=pdf(name))
    make.forward(made, Phase.MEETING, {})

    answer = visit(made.chair).get(made.url("export/marks.csv"))

    reader = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), strict=True)
    assert list(reader) == [
        {
            "reviewer": reviewer.name,
            "vendor": made.vendors[0].code,
            "criterion": "ada",
            "mark": "NO",
            "note": "seen",
            "evidence": "Document · page 4 · 2026-03-01",
            "evidence_until": "2027-05-03",
            "files": "offer.pdf; report.pdf",
            "origin": "reviewer",
            "blind": "yes",
            "evidence_kind": "DOCUMENT",
            "evidence_place": "page 4",
            "evidence_on": "2026-03-01",
        }
    ]
    assert reader.fieldnames == [
        "reviewer", "vendor", "criterion", "mark", "note", "evidence", "evidence_until", "files",
        "origin", "blind", "evidence_kind", "evidence_place", "evidence_on",
    ]  # fmt: skip


def test_no_evidence_is_called_none_beside_where_it_is(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    url = made.url(f"ballots/{made.vendors[0].id}")
    mark = f"{url}/marks/{made.criterion('ada').id}"
    person = visit(made.reviewers[0])

    def said() -> int:
        hints = [node for node in person.page(url).all("p") if node.get("data-no-kind") is not None]
        return sum(node.get("hidden") is None for node in hints)

    assert said() == 0
    person.post(mark, {"answer": "YES", "evidence_place": "page 12", "version": "0"})
    without = said()
    person.post(
        mark,
        {"answer": "YES", "evidence_place": "page 12", "evidence_kind": "DOCUMENT", "version": "1"},
    )

    assert (without, said()) == (1, 0)
    assert "None yet" not in person.page(url).text
