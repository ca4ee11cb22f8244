"""Importing real and worked examples: the numbers equal the published and computed ones."""

import csv
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crrubric.domain.errors import CrrubricError, Invalid, InvalidPlaces, WrongPhase
from crrubric.domain.exchange.import_steps import ImportStep
from crrubric.domain.setup.assignment import Assignment
from crrubric.domain.vocabulary import Answer, LabelledEnum, Phase, RuleKind
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, Mark, Member, Vendor
from crrubric.queries.exchange.exports import describe_evaluation
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.results.matrices import analyze_results, read_matrix
from crrubric.reports.exchange.results_json import results_object
from crrubric.services.exchange.import_plans import ImportWishes
from crrubric.services.exchange.imports import (
    import_marks,
    import_new_evaluation,
)
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.setup.assignments import assign_reviewer
from crrubric.services.setup.rules import RuleSettings
from crrubric.services.setup.withdrawals import withdraw_vendor
from crrubric.services.shared.progress import StepWatch
from tests.factories import Factory

NEW = ImportWishes(add_new=True)
DATA = Path(__file__).parents[2] / "data" / "agreement"
WORDS = {answer.value for answer in Answer}
MONTE_CARLO = 0.02


class SeenSteps(StepWatch):
    """Adds up what is told of each step."""

    def __init__(self) -> None:
        self.done: Counter[LabelledEnum] = Counter()
        self.totals: dict[LabelledEnum, int] = {}

    def begin_step(self, step: LabelledEnum, total: int) -> None:
        self.step, self.totals[step] = step, total

    def advance(self, more: int = 1) -> None:
        self.done[self.step] += more


def yes_no_examples() -> dict[str, dict]:
    """Every example with YES/NO marks and computed agreement: name -> expectation with its file."""
    files = json.loads((DATA / "datasets.json").read_text("utf-8"))
    found = json.loads((DATA / "expected.json").read_text("utf-8"))
    found = {name: {**row, "file": files[name]["file"]} for name, row in found.items()}
    found |= json.loads((DATA / "worked" / "expected.json").read_text("utf-8"))
    examples = {}
    for name, row in found.items():
        if "agreement" not in row:
            continue
        with (DATA / row["file"]).open(encoding="utf-8", newline="") as file:
            if {line["mark"] for line in csv.DictReader(file)} <= WORDS:
                examples[name] = row
    return examples


EXAMPLES = yes_no_examples()


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "marks.csv"
    path.write_bytes(text.encode(encoding))
    return path


def imported(path: Path, **options) -> dict:
    """The results object of a new evaluation made from the file."""
    rule = RuleSettings(quorum=options.pop("quorum", 1), **options)
    done = import_new_evaluation(OPERATOR, read_path(path), title="An import", rule=rule)
    evaluation = db.session.scalars(select(Evaluation).where(Evaluation.slug == done.slug)).one()
    return everything(evaluation)


def everything(evaluation: Evaluation) -> dict:
    """The results object of an evaluation, with what names reviewers."""
    read = read_matrix(db.session(), evaluation)
    computed = analyze_results(read, with_names=True)
    return json.loads(json.dumps(results_object(computed, describe_evaluation(evaluation))))


def close(expected: object, within: float = 1e-9) -> object:
    """The expectation, its numbers and those inside it to this tolerance."""
    if isinstance(expected, dict):
        return {key: close(value, within) for key, value in expected.items()}
    if isinstance(expected, list):
        return [close(value, within) for value in expected]
    return pytest.approx(expected, abs=within) if isinstance(expected, float) else expected


def same_keys(found: object, expected: object) -> object:
    """What was found, without keys that the expectation doesn't have."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: same_keys(found[key], value) for key, value in expected.items()}
    return found


def reasons(error: InvalidPlaces) -> list[tuple[int, str]]:
    return [(number, str(reason)) for number, reason in error.places]


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(Mark))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_gives_the_computed_agreement(make: Factory, name: str):
    expected = EXAMPLES[name]

    found = imported(DATA / expected["file"])

    agreement = dict(expected["agreement"])
    drawn = agreement.pop("bootstrap_95", {})
    assert same_keys(found["agreement"], agreement) == close(agreement)
    intervals = found["agreement"]["bootstrap_95"]
    for coefficient in {"alpha", "ac1"} & drawn.keys():
        ends = {end: drawn[coefficient][end] for end in ("low", "high")}
        assert same_keys(intervals[coefficient], ends) == close(ends, MONTE_CARLO)
    reviewers = expected.get("per_reviewer", {})
    assert same_keys(found["per_reviewer"], reviewers) == close(reviewers)
    decisions = expected.get("cells", {}).get("decisions", {})
    words = {"YES": "MET", "NO": "NOT_MET"}
    outcomes = [row["reason"] or row["outcome"] for row in found["tallies"]]
    assert {words.get(key, key): count for key, count in decisions.items()} == (
        {word: outcomes.count(word) for word in set(outcomes)} if decisions else {}
    )


@pytest.mark.parametrize(
    ("column", "options"),
    [
        ("majority_quorum1", {"quorum": 1}),
        ("majority_quorum3", {"quorum": 3}),
        ("supermajority_2_3_quorum3", {"kind": RuleKind.SUPERMAJORITY, "quorum": 3}),
        ("unanimity_quorum3", {"kind": RuleKind.UNANIMITY, "quorum": 3}),
    ],
)
def test_the_worked_decisions_hold_under_every_rule(make: Factory, column: str, options: dict):
    worked = json.loads((DATA / "worked" / "expected.json").read_text("utf-8"))["w1_decisions"]

    found = imported(DATA / worked["file"], **options)

    words = {"MET": "YES", "NOT_MET": "NO"}
    outcomes = {
        row["vendor"]: row["reason"] or words.get(row["outcome"], row["outcome"])
        for row in found["tallies"]
    }
    expected = {name: row[column] for name, row in worked["cells"].items()}
    assert outcomes == {name: value for name, value in expected.items() if value != "NO_MARKS"}


def test_the_worked_swing_weights_hold(make: Factory):
    worked = json.loads((DATA / "worked" / "expected.json").read_text("utf-8"))["w7_swing"]
    partly = worked["with_not_applicable"]

    whole = swings(DATA / worked["file"], worked["weights"])
    renormalised = swings(DATA / partly["file"], worked["weights"])

    assert whole["tie_at_weight"] == close(worked["tie_at_weight"])
    smallest = worked["smallest_relative_change"]
    assert same_keys(whole["smallest_relative_change"], smallest) == close(smallest)
    assert renormalised["tie_at_weight"] == close(partly["tie_at_weight"])


def swings(path: Path, weights: dict[str, int]) -> dict:
    """The swing weights of a worked example with its weights."""
    done = import_new_evaluation(
        OPERATOR, read_path(path), title=path.stem, rule=RuleSettings(quorum=1)
    )
    evaluation = db.session.scalars(select(Evaluation).where(Evaluation.slug == done.slug)).one()
    for row in db.session.scalars(
        select(Criterion).where(Criterion.evaluation_id == evaluation.id)
    ):
        row.weight = weights[row.code]
    db.session.commit()
    return everything(evaluation)["swing_weights"]


def test_the_worked_cycle_of_preferences_holds(make: Factory):
    worked = json.loads((DATA / "worked" / "expected.json").read_text("utf-8"))["w8_cycle"]

    found = imported(DATA / worked["file"])

    counts = ("prefer_first", "prefer_second", "tied")
    majorities = {
        f"{row['first']}|{row['second']}": [row[name] for name in counts]
        for row in found["pairwise_majority"]
    }
    taus = {f"{row['first']}|{row['second']}": row["tau_b"] for row in found["kendall_tau_b"]}
    assert majorities == worked["pairwise_majority_for_against_tied"]
    assert found["condorcet_winner"] is None
    assert taus == close(worked["kendall_tau_b"])


def test_a_name_that_holds_any_sign_is_one_of_two_names(make: Factory, tmp_path: Path):
    """“a|b” and “c” are not “a” and “b|c”."""
    cells = [(who, vendor) for who in ("Ann|Bo", "Cy", "Ann", "Bo|Cy") for vendor in ("x|y", "z")]
    lines = "".join(f"{who},{vendor},c,{'YES' if who < 'B' else 'NO'}\n" for who, vendor in cells)
    path = written(tmp_path, f"reviewer,vendor,criterion,mark\n{lines}")

    found = imported(path)

    pairs = {(row["first"], row["second"]) for row in found["cohen_kappa_pairs"]}
    assert {("Ann", "Bo|Cy"), ("Ann|Bo", "Cy")} <= pairs | {pair[::-1] for pair in pairs}
    assert len(pairs) == len(found["cohen_kappa_pairs"]) == len(found["kendall_tau_b"]) == 6


def test_the_worked_results_without_each_reviewer_hold(make: Factory):
    worked = json.loads((DATA / "worked" / "expected.json").read_text("utf-8"))["w9_leave_one_out"]

    found = imported(DATA / worked["file"], quorum=None)

    without = found["leave_one_reviewer_out"]
    assert same_keys(without, worked["without"]) == close(worked["without"])
    assert found["leave_one_reviewer_out_ranks"] == {
        name: case["ranks"] for name, case in worked["without"].items()
    }
    assert {name: case["leader_changes"] for name, case in without.items()} == {
        "r1": True, "r2": False, "r3": False,
    }  # fmt: skip


def test_the_worked_rank_acceptabilities_hold(make: Factory):
    worked = json.loads((DATA / "worked" / "expected.json").read_text("utf-8"))["w6_smaa"]

    found = imported(DATA / "worked" / "w6_smaa.csv")["rank_acceptability"]["uniform"]

    assert found == close(worked["exact"]["uniform"], MONTE_CARLO)


def test_the_worked_scores_gates_and_ranks_hold(make: Factory):
    worked = json.loads((DATA / "worked" / "expected.json").read_text("utf-8"))["w2_scores"]
    rule = RuleSettings(quorum=1)
    done = import_new_evaluation(OPERATOR, read_path(DATA / worked["file"]), title="W2", rule=rule)
    for criterion in db.session.scalars(select(Criterion)):
        criterion.weight = worked["weights"][criterion.code]
        criterion.must_have = criterion.code in worked["must_have"]
    db.session.commit()
    evaluation = db.session.scalars(select(Evaluation).where(Evaluation.slug == done.slug)).one()

    found = read_matrix(db.session(), evaluation).results

    exact = {
        vendor: {
            "score": score.value, "coverage": score.coverage, "low": score.low, "high": score.high
        }
        for vendor, score in found.scores.items()
    }  # fmt: skip
    assert exact == {
        vendor: {key: Fraction(value) for key, value in row.items()}
        for vendor, row in worked["exact"].items()
    }
    assert {vendor: score.gate.value for vendor, score in found.scores.items()} == worked["gates"]
    ranks = {vendor: score.rank for vendor, score in found.scores.items() if score.rank}
    assert ranks == worked["ranks_among_pass"]


def test_the_new_evaluation_holds_what_was_found(make: Factory):
    done = import_new_evaluation(
        OPERATOR,
        read_path(DATA / "worked" / "w2_scores.csv"),
        title="Été: Second Look!",
        rule=RuleSettings(quorum=1),
    )

    evaluation = db.session.scalars(select(Evaluation)).one()
    assert (done.slug, evaluation.phase) == ("ete-second-look", Phase.MEETING)
    assert db.session.scalars(select(Vendor.code).order_by(Vendor.position)).all() == list("ABCDE")
    assert db.session.scalars(select(Member.name)).all() == ["panel"]
    may_not_apply = select(Criterion.code).where(Criterion.may_not_apply)
    assert db.session.scalars(may_not_apply).all() == ["c5"]


def test_a_byte_order_mark_letter_case_and_notes_are_accepted(make: Factory, tmp_path: Path):
    text = "Reviewer,vendor,criterion,mark,note\nann,A,c,yes,fine\nbob,A,c,Cannot_Tell,\n"

    found = imported(written(tmp_path, text, "utf-8-sig"))

    tally = found["tallies"][0]
    assert (tally["yes"], tally["cannot_tell"], tally["missing"]) == (1, 1, 0)
    assert db.session.scalars(select(Mark.note).order_by(Mark.id)).all() == ["fine", ""]


def test_every_bad_line_is_listed_and_nothing_is_stored(make: Factory, tmp_path: Path):
    path = written(
        tmp_path,
        "reviewer,vendor,criterion,mark\n"
        "ann,A,c,YES\n"
        "ann,A,c,NO\n"
        "bob,A,c,MAYBE\n"
        "bob,,c,NO\n"
        "bob,A,c\n"
        "bob,B\x01,c,NO\n",
    )

    with pytest.raises(InvalidPlaces) as refused:
        import_new_evaluation(OPERATOR, read_path(path), title="Bad", rule=RuleSettings(quorum=1))

    assert reasons(refused.value) == [
        (3, "duplicate mark: ann has marked A, c in line 2"),
        (4, "unknown value “MAYBE”: use YES, NO, NOT_APPLICABLE or CANNOT_TELL"),
        (5, "the column “vendor” is empty"),
        (6, "the column “mark” is empty"),
        (7, "Remove the control character at position 2: it can’t be stored."),
    ]
    assert (stored(), db.session.scalar(select(func.count()).select_from(Evaluation))) == (0, 0)


@pytest.mark.parametrize(
    ("text", "encoding", "says"),
    [
        ("", "utf-8", "the header can’t be used"),
        ("reviewer,vendor,mark\nann,A,YES\n", "utf-8", "the header can’t be used"),
        ("reviewer,vendor,criterion,mark\n", "utf-8", "The file holds no mark"),
        (
            "reviewer,vendor,criterion,mark\nann,\x81\xff,c,YES\n",
            "latin-1",
            "can’t be read as text",
        ),
    ],
)
def test_an_unreadable_file_is_refused_with_a_message(
    make: Factory, tmp_path: Path, text: str, encoding: str, says: str
):
    with pytest.raises(CrrubricError) as refused:
        import_new_evaluation(
            OPERATOR,
            read_path(written(tmp_path, text, encoding)),
            title="Bad",
            rule=RuleSettings(quorum=1),
        )

    assert says in str(refused.value)
    assert stored() == 0


def test_marks_are_added_to_an_evaluation_and_doubles_are_refused(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)
    company = made.vendors[0].company
    head = "reviewer,vendor,criterion,mark\n"
    path = written(tmp_path, f"{head}Paper Pat,{company},ada,YES\nPaper Pat,{company},sis,NO\n")

    done = import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=NEW)

    assert (done.marks, done.reviewers, done.vendors, stored()) == (2, 1, 0, 2)
    with pytest.raises(InvalidPlaces) as refused:
        import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=NEW)
    assert [number for number, _reason in reasons(refused.value)] == [2, 3]
    assert stored() == 2


def test_marks_that_are_not_assigned_or_of_a_vendor_that_left_are_refused(
    make: Factory, tmp_path: Path
):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    first, second = (db.session.get_one(Vendor, row.id).code for row in made.vendors)
    name = made.reviewers[0].name
    member = db.session.scalars(select(Member).where(Member.name == name)).one()
    part = Assignment(None, frozenset({made.criterion("ada").id}))
    assign_reviewer(made.chair, made.slug, member.id, part)
    withdraw_vendor(made.chair, made.slug, made.vendors[1].id, reason="gone")
    lines = (f"{name},{first},ada,YES", f"{name},{first},sis,YES", f"{name},{second},ada,YES")
    path = written(tmp_path, "reviewer,vendor,criterion,mark\n" + "\n".join(lines) + "\n")

    with pytest.raises(InvalidPlaces) as refusal:
        import_marks(OPERATOR, read_path(path), slug=made.slug)

    why = f"{name} is not assigned to mark this: see “Who marks what”"
    assert reasons(refusal.value) == [(3, why), (4, why)]
    assert stored() == 0


def test_a_criterion_that_is_not_in_the_rubric_is_refused(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)
    path = written(
        tmp_path,
        "reviewer,vendor,criterion,mark\nann,A,adda,YES\nann,A,ada,NOT_APPLICABLE\n",
    )

    with pytest.raises(InvalidPlaces) as refused:
        import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=NEW)

    assert reasons(refused.value) == [
        (2, "“adda” is not in the rubric of this evaluation: is it “ada”?"),
        (3, "“ada” always applies: “not applicable” is no answer to it"),
    ]
    assert stored() == 0


def test_a_decided_evaluation_takes_no_more_marks(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.DECIDED)
    path = written(tmp_path, "reviewer,vendor,criterion,mark\nann,A,ada,YES\n")

    with pytest.raises(WrongPhase):
        import_marks(OPERATOR, read_path(path), slug=made.slug)


@pytest.mark.parametrize(
    ("app", "reviewers", "vendors"),
    [
        ("sqlite", 20, 50),
        pytest.param("sqlite", 50, 100, marks=[pytest.mark.long]),
        pytest.param("postgresql", 50, 100, marks=[pytest.mark.long]),
    ],
    indirect=["app"],
)
def test_many_thousand_lines_are_all_there(
    make: Factory, tmp_path: Path, reviewers: int, vendors: int
):
    lines = [
        f"r{reviewer},v{vendor},c{criterion},{'YES' if (vendor + criterion) % 3 else 'NO'}"
        for reviewer in range(reviewers)
        for vendor in range(vendors)
        for criterion in range(20)
    ]
    path = written(tmp_path, "\n".join(["reviewer,vendor,criterion,mark", *lines]) + "\n")
    watch = SeenSteps()

    done = import_new_evaluation(
        OPERATOR, read_path(path), title="Big", rule=RuleSettings(quorum=1), watch=watch
    )

    assert (done.reviewers, done.vendors, done.criteria) == (reviewers, vendors, 20)
    assert done.marks == stored() == len(lines)
    assert watch.totals == {ImportStep.CHECK: len(lines) + 1, ImportStep.STORE: len(lines)}
    assert watch.done == watch.totals


def test_a_threshold_of_one_half_is_refused_before_anything_is_read(make: Factory, tmp_path: Path):
    with pytest.raises(Invalid) as refused:
        import_new_evaluation(
            OPERATOR,
            tmp_path / "not there.csv",
            title="Half",
            rule=RuleSettings(kind=RuleKind.SUPERMAJORITY, over=1, under=2, quorum=1),
        )

    assert refused.value.field == "over"


def test_one_vendor_under_two_names_is_refused_with_a_message(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)
    vendor = made.vendors[0]
    lines = f"ann,{vendor.company},ada,YES\nann,{vendor.code},ada,NO\n"
    path = written(tmp_path, "reviewer,vendor,criterion,mark\n" + lines)

    with pytest.raises(InvalidPlaces) as refused:
        import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=NEW)

    doubled = f"duplicate mark: ann has marked {vendor.company}, ada in line 2"
    assert reasons(refused.value) == [(3, doubled)]
    assert stored() == 0


def test_a_name_in_another_case_is_the_same_name(make: Factory, tmp_path: Path):
    text = "reviewer,vendor,criterion,mark\nann,A,c,YES\nANN,a,d,YES\n"

    done = import_new_evaluation(
        OPERATOR, read_path(written(tmp_path, text)), title="Case", rule=RuleSettings(quorum=1)
    )

    assert (done.reviewers, done.vendors, done.criteria) == (1, 1, 2)
