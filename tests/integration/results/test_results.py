"""After the ballots open: matrix, cells, scores, comparison, findings, decision, files, memo."""

import io
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import update

from crrubric.domain.errors import Invalid, NotReady, WrongPhase
from crrubric.domain.meeting.ranking import encode_order
from crrubric.domain.vocabulary import Answer, Gate, Outcome, Phase, UnresolvedReason
from crrubric.extensions import db
from crrubric.models import Criterion
from crrubric.queries.exchange.exports import describe_evaluation
from crrubric.queries.results.matrices import Matrix, analyze_results, read_matrix
from crrubric.reports.exchange.results_json import results_object
from crrubric.services.meeting import decisions
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.setup import committee, phases, rules
from crrubric.services.setup.rules import RuleSettings
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import parse, words

PAGES = (
    "matrix", "matrix?show=split", "matrix?sort=agreement&order=rank&dense=1",
    "scores", "agreement", "agreement?sort=rubric&drawn=vendors",
    "what-if", "compare", "decision/", "memo/", "journal",
)  # fmt: skip
MARKS = {(0, 0): "YYA", (1, 0): "YNA", (2, 0): "YYY", (0, 1): "NY?", (1, 1): "NYY", (2, 1): "YY-"}


def met_committee(make: Factory, **options) -> Made:
    """Three reviewers, two vendors, in the meeting: one vendor meets the must-have, one doesn't."""
    return make.evaluation(phase=Phase.MEETING, reviewers=3, **{"marks": MARKS, **options})


def read(made: Made) -> Matrix:
    return read_matrix(db.session(), made.evaluation)


def test_outcomes_scores_and_gates_come_from_the_ballots(make: Factory):
    made = met_committee(make)

    found = read(made).results

    first, second = (vendor.code for vendor in made.vendors)
    assert found.cell(first, "sis").resolution.outcome is Outcome.MET
    assert found.cell(first, "teacher").finding is Outcome.NOT_APPLICABLE
    assert found.cell(second, "ada").finding is Outcome.NOT_MET
    assert found.cell(second, "teacher").resolution.reason is UnresolvedReason.NO_QUORUM
    assert found.scores[first].value == Fraction(1)
    assert (found.scores[first].rank, found.scores[second].rank) == (1, None)
    assert found.scores[second].gate is Gate.FAIL
    assert found.scores[second].value == Fraction(2, 3)


def test_a_recused_reviewer_is_not_assigned_and_not_counted(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, marks=MARKS)
    make.conflict(made, 0, 0, "I worked there.")
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    tally = read(made).results.cell(made.vendors[0].code, "ada").tally

    assert (tally.yes, tally.assigned, tally.recused) == (2, 2, 1)


def test_marks_of_a_removed_member_do_not_count(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, marks=MARKS)
    member = next(m for m in made.evaluation.members if m.user_id == made.reviewers[2].user_id)
    committee.remove_member(made.chair, made.slug, member.id)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    tally = read(made).results.cell(made.vendors[0].code, "ada").tally

    assert (tally.yes, tally.assigned) == (2, 2)


def test_a_finding_settles_a_cell_and_does_not_change_ballots(make: Factory):
    made = met_committee(make)
    second = made.vendors[1]

    in_meeting.record_finding(
        made.chair,
        made.slug,
        second.id,
        made.criterion("ada").id,
        decisions.FindingText(Outcome.MET, "Shown to all with the keyboard."),
        seen_version=0,
    )

    cell = read(made).results.cell(second.code, "ada")
    assert (cell.finding, cell.differs) == (Outcome.MET, True)
    assert (cell.tally.yes, cell.tally.no) == (1, 2)
    assert cell.adopted.reason == "Shown to all with the keyboard."


def test_after_a_finding_is_withdrawn_the_rule_decides_the_cell_again(make: Factory):
    made = met_committee(make)
    place = (made.chair, made.slug, made.vendors[1].id, made.criterion("ada").id)
    in_meeting.record_finding(
        *place, decisions.FindingText(Outcome.MET, "First look."), seen_version=0
    )

    in_meeting.withdraw_finding(*place, reason="A second look.")

    assert read(made).results.cell(made.vendors[1].code, "ada").finding is Outcome.NOT_MET


@pytest.mark.parametrize(
    ("value", "reason", "field"),
    [
        (Outcome.NOT_MET, "  ", "reason"),
        (Outcome.UNRESOLVED, "why", "value"),
        (Outcome.NOT_APPLICABLE, "why", "value"),
    ],
)
def test_a_finding_needs_a_value_that_fits_and_a_reason(
    make: Factory, value: Outcome, reason: str, field: str
):
    made = met_committee(make)

    with pytest.raises(Invalid) as refused:
        in_meeting.record_finding(
            made.chair,
            made.slug,
            made.vendors[0].id,
            made.criterion("ada").id,
            decisions.FindingText(value, reason),
            seen_version=0,
        )

    assert refused.value.field == field


def test_the_meeting_closes_only_with_a_recommendation(make: Factory):
    made = met_committee(make)

    with pytest.raises(NotReady) as refused:
        phases.change_phase(made.chair, made.slug, Phase.DECIDED)

    assert [str(problem) for problem in refused.value.problems] == [
        "No recommendation is recorded: record it on the decision page."
    ]


def test_a_recommendation_is_recorded_on_the_page_and_shown(make: Factory, visit: Visit):
    made = met_committee(make)
    form = {
        "vendor": str(made.vendors[0].id),
        "reason": "It fits.",
        "term": "Three years",
        "ranking": "COMPUTED",
        "shown": encode_order(read(made).results),
    }

    chair = visit(made.chair)
    answer = chair.edit(made.url("decision/"), form)

    assert answer.status_code == 303
    page = chair.get(made.url("decision/")).text
    assert f"The committee recommends {made.vendors[0].company}" in page
    assert "Three years" in page


def test_a_recommendation_without_a_reason_is_refused_and_kept(make: Factory, visit: Visit):
    made = met_committee(make)

    answer = visit(made.chair).edit(
        made.url("decision/"), {"vendor": "none", "conditions": "A dated report."}
    )

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert "Say why" in words(page.with_id("reason-error"))
    assert words(page.with_id("conditions")) == "A dated report."


def test_a_vendor_of_another_evaluation_can_not_be_recommended(make: Factory, visit: Visit):
    made, other = met_committee(make), make.evaluation(title="Another")

    answer = visit(made.chair).edit(
        made.url("decision/"), {"vendor": str(other.vendors[0].id), "reason": "x"}
    )

    assert answer.status_code == 422


def test_the_matrix_shows_outcome_and_votes(make: Factory, visit: Visit):
    made = met_committee(make)

    page = visit(made.reviewers[0]).page(made.url("matrix"))

    cells = [words(node) for node in page.all("td") if "cell" in (node.get("class") or "")]
    assert cells[0] == "✓ Met 3–03 yes, 0 no"
    assert cells[1] == "✕ Not met 1–2 ≠1 yes, 2 no, strongly split"
    assert len(cells) == 6


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("must=1", ["Accessible ◆ must-have"]),
        ("show=unresolved", ["Teacher provided"]),
        ("show=split", ["Accessible ◆ must-have", "Works with our system", "Teacher provided"]),
    ],
)
def test_the_matrix_is_filtered_by_query_parameters(
    make: Factory, visit: Visit, query: str, titles: list[str]
):
    made = met_committee(make)

    page = visit(made.chair).page(made.url(f"matrix?{query}"))

    rows = [node for node in page.all("th") if node.get("scope") == "row"]
    assert [words(node) for node in rows][: len(titles)] == titles
    assert len(rows) == len(titles) + 4  # what vendors come to


def test_an_unknown_filter_is_not_found(make: Factory, visit: Visit):
    made = met_committee(make)

    assert visit(made.chair).get(made.url("matrix?show=everything")).status_code == 404


def test_a_cell_shows_marks_with_notes_by_stakeholder(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    make.mark(made, 0, 0, "ada", Answer.NO, "No captions <b>anywhere</b>.")
    make.forward(made, Phase.MEETING, {})

    page = visit(made.reviewers[1]).page(
        made.url(f"cells/{made.vendors[0].id}/{made.criterion('ada').id}")
    )

    remarks = [words(n) for n in page.all("div") if (n.get("class") or "").startswith("note")]
    assert len(remarks) == 1
    assert "Teacher" in remarks[0]
    assert "No captions <b>anywhere</b>." in remarks[0]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "Vendors side by side"),
        ("?vendor={0}", "Choose at least 2"),
        ("?vendor=x&vendor=y", "Choose at least 2"),
    ],
)
def test_the_comparison_needs_two_to_five_vendors(
    make: Factory, visit: Visit, query: str, says: str
):
    made = met_committee(make)

    answer = visit(made.chair).get(made.url("compare" + query.format(made.vendors[0].id)))

    assert (answer.status_code, says in answer.text) == (200, True)


def test_the_comparison_can_hide_criteria_without_differences(make: Factory, visit: Visit):
    made = met_committee(make)
    chosen = "&".join(f"vendor={vendor.id}" for vendor in made.vendors)

    page = visit(made.chair).page(made.url(f"compare?{chosen}&only=differences"))

    assert "Works with our system" not in page.text
    assert "Teacher provided" in page.text


FORMATS = (
    "export/results.json", "export/tallies.csv", "export/scores.csv", "export/marks.csv",
    "memo/memo.html", "memo/memo.docx", "memo/memo.pdf",
)  # fmt: skip
EDGES = {
    "no mark at all": {},
    "one reviewer": {(0, 0): "YNA", (0, 1): "N?Y"},
    "all NOT APPLICABLE where possible": {(0, 0): "--A", (1, 0): "--A"},
    "all the same answer": {(r, v): "YYY" for r in range(2) for v in range(2)},
    "all CAN'T TELL": {(r, v): "???" for r in range(2) for v in range(2)},
}


@pytest.mark.parametrize("case", EDGES)
def test_every_page_works_whatever_the_ballots_contain(make: Factory, visit: Visit, case: str):
    made = make.evaluation(phase=Phase.MEETING, marks=EDGES[case])
    chair = visit(made.chair)

    answers_in_words(chair, made)


# By itself: in a token of a form, which is random, it may stand as well.
NOT_A_NUMBER = re.compile(rb"(?<![\w-])NaN(?![\w-])")


def answers_in_words(chair, made: Made) -> None:
    """Every page and format answers, and none shows a number that is not one."""
    for path in (*PAGES, *FORMATS):
        answer = chair.get(made.url(path))
        assert answer.status_code == 200, path
        if answer.mimetype.startswith("text/") or answer.is_json:  # else any bytes may come
            assert NOT_A_NUMBER.search(answer.data) is None, path


@pytest.mark.parametrize("vendors", [1, 2])
def test_pages_work_with_zero_weights_and_with_a_single_vendor(
    make: Factory, visit: Visit, vendors: int
):
    marks = {(r, v): "YYY" for r in range(2) for v in range(vendors)}
    made = make.evaluation(phase=Phase.MEETING, vendors=vendors, marks=marks)
    db.session.execute(update(Criterion).values(weight=0))
    db.session.commit()
    assert [score.value for score in read(made).results.scores.values()] == [None] * vendors

    answers_in_words(visit(made.chair), made)


def test_exported_files_contain_typed_text_and_no_formula(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    typed = '=HYPERLINK("x") 🎓 שלום'
    make.mark(made, 0, 0, "ada", Answer.NO, typed)
    make.forward(made, Phase.MEETING, {})

    answer = visit(made.chair).get(made.url("export/marks.csv"))

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert '\'=HYPERLINK(""x"") 🎓 שלום' in answer.data.decode("utf-8")


def test_the_json_export_has_the_documented_structure(make: Factory, visit: Visit):
    made = met_committee(make)

    answer = visit(made.chair).get(made.url("export/results.json"))

    body = json.loads(answer.text)
    doc = (Path(__file__).parents[3] / "docs" / "results-json.md").read_text("utf-8")
    assert body == json.loads(json.dumps(everything(made)))
    assert body["schema"] == "crrubric.results/2"
    assert {key for key in keys_in(body) if f"`{key}`" not in doc} == set()


def everything(made: Made) -> dict:
    """The results object of an evaluation."""
    found = read(made)
    computed = analyze_results(found, with_names=True)
    return results_object(computed, describe_evaluation(made.evaluation))


# Objects whose keys are codes or names, not fields.
BY_CODE = {
    "by_criterion", "by_section", "by_vendor", "by_stakeholder", "per_reviewer", "mark_counts",
    "undefined", "leave_one_reviewer_out", "leave_one_reviewer_out_ranks",
    "other_rules", "unresolved_either_way", "ranks",
    "scores", "lifted", "computed_ranks", "around_weights", "uniform", "tie_at_weight",
}  # fmt: skip
INSIDE_TOO = {"coverage"}  # a share of a vendor, or of each vendor


def keys_in(value: object, name: str = "") -> set[str]:
    """The fields of the object and of all objects in it."""
    if isinstance(value, list):
        return set().union(*(keys_in(each) for each in value))
    if not isinstance(value, dict):
        return set()
    by_name = name == "leave_one_reviewer_out_ranks"
    inside = (keys_in(each, "ranks" if by_name else key) for key, each in value.items())
    inner = set().union(*inside)
    return inner if name in BY_CODE | INSIDE_TOO else inner | set(value)


def test_the_json_export_contains_reviewer_comparisons_only_for_the_chair(make, visit):
    made = met_committee(make)

    chair, reviewer = (
        json.loads(visit(person).get(made.url("export/results.json")).text)
        for person in (made.chair, made.reviewers[0])
    )

    named = {key for key in chair if chair[key] != reviewer[key]}
    assert named == {
        "per_reviewer", "leave_one_reviewer_out", "leave_one_reviewer_out_ranks",
        "kendall_tau_b", "cohen_kappa_pairs", "changed_after_shown",
    }  # fmt: skip
    assert {key: reviewer[key] for key in named} == dict.fromkeys(named)


def test_the_memo_is_a_draft_until_it_is_issued(make: Factory, visit: Visit):
    made = met_committee(make)
    chair = visit(made.chair)
    before = chair.get(made.url("memo/")).text

    make.forward(made, Phase.DECIDED, {})

    after = chair.get(made.url("memo/")).text
    assert "DRAFT – not a decision" in before
    assert "DRAFT – not issued yet" in after
    issue_memo(made.chair, made.slug, IssueText(language="en"))
    issued = chair.get(made.url("memo/issues/1/memo.html")).text
    assert "FINAL – issue 1" in issued
    assert "DRAFT" not in issued


def test_word_and_html_memos_have_the_same_content(make: Factory, visit: Visit):
    made = met_committee(make)
    make.forward(made, Phase.DECIDED, {})
    chair = visit(made.chair)

    document = Document(io.BytesIO(chair.get(made.url("memo/memo.docx")).data))
    page = parse(200, chair.get(made.url("memo/memo.html")).text)

    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    shown = [words(node) for node in page.root.iter() if node.tag in {"h2", "h3"}]
    assert headings == shown
    every = [[cell.text for cell in row.cells] for t in document.tables for row in t.rows]
    rows = [row for row in every if "____" not in " ".join(row)]  # lines to sign are no table there
    html_rows = [[words(cell) for cell in row] for row in page.all("tr")]
    tidy = [[" ".join(text.replace("\u2060", "").split()) for text in row] for row in rows]
    assert tidy == html_rows
    assert made.vendors[0].company in " ".join(p.text for p in document.paragraphs)


def test_results_are_hidden_again_when_the_phase_returns_to_scoring(make: Factory, visit: Visit):
    made = met_committee(make)
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Two ballots were late.")

    assert visit(made.chair).get(made.url("matrix")).status_code == 404
    with pytest.raises(WrongPhase):
        decisions.record_decision(
            made.chair, made.slug, decisions.DecisionText(vendor_id=None, reason="x")
        )


def test_zero_quorum_rules_are_refused(make: Factory):
    made = make.evaluation()

    with pytest.raises(Invalid) as refused:
        rules.set_rule(made.chair, made.slug, RuleSettings(quorum=0))

    assert refused.value.field == "quorum"
