"""Any text in codes, titles and words: pages, documents and downloads hold."""

import io
import zipfile
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from crrubric.domain.vocabulary import Phase, Stakeholder
from crrubric.extensions import db
from crrubric.models import Criterion, Declaration, Evaluation, Mark, Member, Vendor
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.results.marks import make_names_distinct
from crrubric.services.exchange.imports import import_new_evaluation
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.setup.rules import RuleSettings
from tests.factories import Factory
from tests.integration.conftest import Visit

ODD = "odd\uffff\ufdd0\x0b\x9f"  # stored before the gate refused it
DOWNLOADS = ("export/tallies.csv", "export/scores.csv", "export/results.json", "export/marks.csv",
             "memo/memo.html", "memo/memo.docx", "memo/memo.pdf")  # fmt: skip
PAGES = ("", "matrix", "scores", "compare", "agreement", "what-if", "memo/", "journal", "meeting/",
         "decision/", "rubric/", "vendors/", "evidence/", "progress", *DOWNLOADS)  # fmt: skip
CODES = (
    'a/b "c"; d',
    "../../x%2F..",
    "שלום",
    "=1+1",
    "<b>&amp;",
    "x y\u200b",
    "ü" * 80,
    "...",
    "'",
)


def store_odd_text(evaluation_id: int) -> None:
    """Put what XML can't hold into every text that documents print."""
    own = {"evaluation_id": evaluation_id}
    for table, column in ((Vendor, "company"), (Criterion, "title"), (Member, "name")):
        for row in db.session.scalars(select(table).filter_by(**own)):
            setattr(row, column, f"{getattr(row, column)} {ODD}")
    db.session.execute(update(Declaration).values(words=ODD))
    db.session.execute(update(Mark).values(note=ODD))
    evaluation = db.session.get_one(Evaluation, evaluation_id)
    evaluation.title, evaluation.purpose = f"{evaluation.title} {ODD}", ODD
    db.session.commit()


def test_what_documents_cannot_hold_is_replaced_in_them(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA", (1, 0): "NYA"})
    make.conflict(made, 1, 1, "My brother works there.")
    make.forward(made, Phase.DECIDED, {})
    store_odd_text(made.evaluation.id)
    chair = visit(made.chair)

    # read strictly: a parser of pages minds these characters as well
    pages = {page: chair.get(made.url(page)) for page in PAGES if page not in DOWNLOADS}
    assert {answer.status_code for answer in pages.values()} == {200}
    assert [page for page, answer in pages.items() if set(ODD[3:]) & set(answer.text)] == []
    assert "odd\N{REPLACEMENT CHARACTER}" in pages["matrix"].text
    answers = {page: chair.get(made.url(page)) for page in DOWNLOADS}

    assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(
        DOWNLOADS, 200
    )
    with zipfile.ZipFile(io.BytesIO(answers["memo/memo.docx"].data)) as archive:
        body = archive.read("word/document.xml")
    ElementTree.fromstring(body)  # our own document
    assert "odd\N{REPLACEMENT CHARACTER}" in body.decode()
    for download in ("export/marks.csv", "memo/memo.html"):
        text = answers[download].text
        assert ("\uffff" in text, "\x0b" in text, "odd\ufffd" in text) == (False, False, True)


def import_odd_codes(folder: Path, chair: int) -> Evaluation:
    """An evaluation whose vendors and criteria have these codes, with a chair."""
    path = folder / "marks.csv"
    lines = []
    for number, code in enumerate(CODES):
        cell = code.replace('"', '""')
        lines += [f'{who},"{cell}","{cell}",{"YES" if number % 2 else "NO"}' for who in "AB"]
        lines += [f'A,"{cell}",plain,YES']
    path.write_text("reviewer,vendor,criterion,mark\n" + "\n".join(lines) + "\n", "utf-8")
    title = 'Ünïcode "quoted"; filename=x / 日本'
    done = import_new_evaluation(
        OPERATOR, read_path(path), title=title, rule=RuleSettings(quorum=1)
    )
    evaluation = db.session.scalars(select(Evaluation).where(Evaluation.slug == done.slug)).one()
    db.session.add(
        Member(
            evaluation_id=evaluation.id,
            user_id=chair,
            name="Dana",
            stakeholder=Stakeholder.OTHER,
            is_chair=True,
        )
    )
    db.session.commit()
    return evaluation


def test_codes_may_be_any_text(make: Factory, visit: Visit, tmp_path: Path):
    actor = make.actor("Dana")
    evaluation = import_odd_codes(tmp_path, actor.user_id or 0)
    vendors = db.session.scalars(select(Vendor).order_by(Vendor.position)).all()
    criteria = db.session.scalars(select(Criterion).order_by(Criterion.position)).all()
    assert [vendor.code for vendor in vendors] == list(CODES)
    cells = [f"matrix?cell={vendor.id}-{criteria[0].id}" for vendor in vendors] + [
        f"cells/{vendors[0].id}/{criterion.id}" for criterion in criteria
    ]
    compared = "&".join(f"vendor={quote(vendor.code, safe='')}" for vendor in vendors[:5])
    pages = [page for page in PAGES if page != "progress"]
    base = f"/evaluations/{evaluation.slug}/"
    chair = visit(actor)

    found = {
        page: chair.get(base + page).status_code for page in (*pages, *cells, f"compare?{compared}")
    }

    assert {page: status for page, status in found.items() if status != 200} == {}


@pytest.mark.parametrize("page", DOWNLOADS)
def test_every_download_has_both_names(make: Factory, visit: Visit, page: str):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YNA"})

    answer = visit(made.chair).get(made.url(page))

    name = f"{made.slug}-{page.rpartition('/')[2]}"
    disposition = answer.headers["Content-Disposition"]
    assert disposition == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"


def test_the_file_of_a_sealed_ballot_is_named_by_any_code(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    db.session.get_one(Vendor, made.vendors[0].id).code = '../a"b\r\nX: ü'
    db.session.commit()
    make.submit(made, 0, 0, "Not seen.")

    answer = visit(made.reviewers[0]).get(made.url(f"ballots/{made.vendors[0].id}/sealed/1"))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{made.slug}-.._a_b__X: _-ballot-1.json"; '
        f"filename*=UTF-8''{made.slug}-.._a%22b%0D%0AX%3A%20%C3%BC-ballot-1.json"
    )


NAMES = ("Zoe", "Álvaro", "alba", "Émile", "Zander", "Ångström")
SORTED = ["alba", "Álvaro", "Ångström", "Émile", "Zander", "Zoe"]


@pytest.mark.both_databases
def test_names_stand_in_one_order_on_both_databases(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=len(NAMES))
    for actor, name in zip(made.reviewers, NAMES, strict=True):
        member = db.session.scalars(select(Member).where(Member.user_id == actor.user_id)).one()
        member.name = name
    db.session.commit()
    for number in range(len(NAMES)):
        make.marks(made, number, 0, "YNA")
    chair = visit(made.chair)
    progress = chair.get(made.url("progress")).text
    remind = chair.get(made.url("progress/remind")).text
    make.forward(made, Phase.MEETING, {})
    pages = {
        "progress": progress,
        "remind": remind,
        "agreement": chair.get(made.url("agreement")).text,
        "marks": chair.get(made.url("export/marks.csv")).text,
        "cell": chair.get(made.url(f"cells/{made.vendors[0].id}/{made.criterion('ada').id}")).text,
    }

    found = {page: sorted(NAMES, key=text.index) for page, text in pages.items()}

    assert found == dict.fromkeys(pages, SORTED)


def test_two_reviewers_of_one_name_are_two_however_it_is_spelled():
    assert make_names_distinct(["Ana Ruiz", "ANA  Ruiz", "Ana Ruiz (2)", "Zoë", "Zoe\u0308"]) == [
        "Ana Ruiz", "ANA  Ruiz (2)", "Ana Ruiz (2) (2)", "Zoë", "Zoe\u0308 (2)",
    ]  # fmt: skip


def test_a_line_break_of_a_browser_is_one_character(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")
    full = "\r\n".join(["x"] * 2_500) + "x"  # 5,000 characters as they are stored

    kept = visit(made.reviewers[0]).post(url, {"answer": "NO", "note": full, "version": "0"})
    more = visit(made.reviewers[0]).post(url, {"answer": "NO", "note": f"{full}x", "version": "1"})

    assert (kept.status_code, more.status_code) == (303, 422)
    assert "Shorten this to 5000 characters; it has 5001." in more.text
