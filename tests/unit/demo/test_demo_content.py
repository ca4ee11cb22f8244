"""The content of the demo: every name in it exists, and it shows what it is there to show."""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import crrubric
from crrubric.domain import limits
from crrubric.domain.ballots.evidence import place_of
from crrubric.domain.ballots.files import clean_file_name, detect_file_kind
from crrubric.domain.text import clean_text
from crrubric.domain.vocabulary import (
    BallotState,
    CommitmentState,
    EvidenceKind,
    Outcome,
    Phase,
    PriceUnit,
    Role,
    RuleKind,
    Stakeholder,
    Standing,
)
from crrubric.services.demo.files import make_small_csv, make_small_pdf

Table = dict[str, Any]
DATA = Path(crrubric.__file__).parent / "data"
DEMO: Table = tomllib.loads((DATA / "demo.toml").read_text(encoding="utf-8"))
RUBRIC: Table = tomllib.loads(next(DATA.rglob("credit-recovery.toml")).read_text("utf-8"))
CRITERIA: dict[str, Table] = {c["code"]: c for s in RUBRIC["section"] for c in s["criterion"]}
CODES = list(CRITERIA)
MEETING, SCORING, DECIDED, PRACTICE = DEMO["evaluation"]
[IN_PLACE] = tomllib.loads((DATA / "demo_in_place.toml").read_text("utf-8"))["evaluation"]
RENEWAL: Table = tomllib.loads((DATA / "demo_renewal.toml").read_text("utf-8"))
[RENEWED] = RENEWAL["evaluation"]
WORKBOOKS: Table = tomllib.loads((DATA / "demo_workbook.toml").read_text("utf-8"))
EVALUATIONS = [pytest.param(e, id=e["key"]) for e in (MEETING, SCORING, DECIDED)]
WITH_BALLOTS = [*EVALUATIONS, pytest.param(RENEWED, id=RENEWED["key"])]
SETTLED = {Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE}

EVALUATION_KEYS = {"key", "title", "phase", "purpose", "opened_days_ago", "must_have", "weights"}
EVALUATION_KEYS |= {"rule", "member", "vendor", "recusal", "ballots", "note", "question"}
KEYS_BY_PHASE = {
    "SCORING": {"closes_in_days", "asking", "assigned", "file"},
    "MEETING": {"closed_days_ago", "finding", "file", "meeting", "vote", "voted", "settled"}
    | {"created_days_ago", "needs_of", "roster"},
    "DECIDED": {
        "closed_days_ago",
        "decided_days_ago",
        "finding",
        "decision",
        "meeting",
        "position",
    },
}
VENDOR_KEYS = {"code", "company", "product", "version", "contact_name", "contact_email"}
VENDOR_KEYS |= {"website", "price_unit", "unit_price", "quantity", "term_months"}
FILE_KEYS = {"vendor", "name", "days_ago", "lines"}
EVIDENCE_KEYS = {"evidence_kind", "evidence_place", "evidence_days_ago"}


def reviewers(evaluation: Table) -> list[str]:
    return [m["person"] for m in evaluation["member"] if "REVIEWER" in m["roles"]]


def vendors(evaluation: Table) -> list[str]:
    return [vendor["code"] for vendor in evaluation["vendor"]]


def recused(evaluation: Table) -> set[tuple[str, str]]:
    return {(r["person"], r["vendor"]) for r in evaluation.get("recusal", [])}


def ballots(evaluation: Table) -> Iterator[tuple[str, str, Table]]:
    for person, by_vendor in evaluation["ballots"].items():
        for vendor, ballot in by_vendor.items():
            yield person, vendor, ballot


def letter(evaluation: Table, person: str, vendor: str, criterion: str) -> str:
    marks: str = evaluation["ballots"][person][vendor]["marks"]
    return marks[CODES.index(criterion)]


def cell(evaluation: Table, vendor: str, criterion: str) -> Counter[str]:
    return Counter(
        letter(evaluation, person, vendor, criterion)
        for person in reviewers(evaluation)
        if (person, vendor) not in recused(evaluation)
    )


def outcome(counts: Counter[str]) -> str:
    """Simple majority of decisive marks, with the default quorum; a reason where unresolved."""
    yes, no, aside = counts["Y"], counts["N"], counts["A"]
    decisive = yes + no
    if aside and aside >= decisive:
        return "NOT_APPLICABLE" if aside > decisive else "TIE_APPLICABLE"
    if decisive < max(2, math.ceil(counts.total() / 2)):
        return "NO_QUORUM"
    if yes == no:
        return "TIE"
    return "MET" if yes > no else "NOT_MET"


def outcomes(evaluation: Table) -> dict[tuple[str, str], str]:
    return {
        (vendor, code): outcome(cell(evaluation, vendor, code))
        for vendor in vendors(evaluation)
        for code in CODES
    }


def findings(evaluation: Table) -> dict[tuple[str, str], str]:
    return {(f["vendor"], f["criterion"]): f["value"] for f in evaluation.get("finding", [])}


def points(evaluation: Table, vendor: str) -> tuple[int, int]:
    """Weight found MET, and the weight of all that applies."""
    settled = outcomes(evaluation) | findings(evaluation)
    weights = {code: evaluation["weights"].get(code, 1) for code in CODES}
    applies = [code for code in CODES if settled[vendor, code] != "NOT_APPLICABLE"]
    met = [code for code in applies if settled[vendor, code] == "MET"]
    return sum(weights[code] for code in met), sum(weights[code] for code in applies)


def experts_in_the_minority(evaluation: Table) -> set[tuple[str, str]]:
    """Cells that the rule finds MET while the reviewer who leads the criterion says no."""
    speaks_for = {m["stakeholder"]: m["person"] for m in evaluation["member"]}
    return {
        (vendor, code)
        for (vendor, code), found in outcomes(evaluation).items()
        if (lead := speaks_for.get(CRITERIA[code]["lead"])) in reviewers(evaluation)
        and (lead, vendor) not in recused(evaluation)
        and found == "MET"
        and letter(evaluation, lead, vendor, code) == "N"
    }


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def test_the_district_has_a_name_and_a_time_zone():
    assert set(DEMO) == {"district", "person", "evaluation"}
    assert DEMO["district"]["name"] == "Cedar Bend Unified School District"
    assert ZoneInfo(DEMO["district"]["time_zone"]).key == "America/Chicago"


def test_seven_people_with_addresses_that_reach_nobody():
    people = DEMO["person"]
    assert len({p["key"] for p in people}) == len({p["name"] for p in people}) == len(people) == 7
    assert [p["email"] for p in people] == [f"{p['key']}@cedarbend.example" for p in people]
    assert Counter(Standing(p["standing"]) for p in people) == {
        Standing.ORGANIZER: 1,
        Standing.ADMINISTRATOR: 1,
        Standing.MEMBER: 5,
    }
    assert all(0 < len(p["title"]) <= limits.NAME for p in people)


def test_three_evaluations_are_in_three_phases():
    assert [Phase(e["phase"]) for e in DEMO["evaluation"]] == [
        "MEETING",
        "SCORING",
        "DECIDED",
        "PRACTICE",
    ]
    assert len({e["title"] for e in DEMO["evaluation"]}) == 4
    assert len({e["key"] for e in DEMO["evaluation"]}) == 4


@pytest.mark.parametrize("evaluation", EVALUATIONS)
def test_an_evaluation_has_the_keys_of_its_phase_and_names_what_exists(evaluation):
    optional = {"recusal"}
    assert set(evaluation) | optional == EVALUATION_KEYS | KEYS_BY_PHASE[evaluation["phase"]]
    assert set(evaluation["must_have"]) < set(CODES)
    assert set(evaluation["weights"]) < set(CODES)
    assert all(w >= 0 and w != 1 for w in evaluation["weights"].values())
    assert RuleKind(evaluation["rule"]["kind"]) is RuleKind.MAJORITY
    assert evaluation["rule"]["pass_mark"] == 85
    days = [evaluation.get(f"{step}_days_ago", 0) for step in ("opened", "closed", "decided")]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("evaluation", WITH_BALLOTS)
def test_every_person_has_one_seat_and_one_of_them_is_chair(evaluation):
    members = evaluation["member"]
    assert [m["person"] for m in members] == [p["key"] for p in DEMO["person"]]
    assert len({Stakeholder(m["stakeholder"]) for m in members}) == 7
    assert {Role(role) for m in members for role in m["roles"]} == {Role.CHAIR, Role.REVIEWER}
    assert [m["person"] for m in members if "CHAIR" in m["roles"]] == ["dana"]
    assert len(reviewers(evaluation)) in (6, 7)


@pytest.mark.parametrize("evaluation", WITH_BALLOTS)
def test_vendors_are_priced_and_live_at_addresses_that_reach_nobody(evaluation):
    for vendor in evaluation["vendor"]:
        home = f"{vendor['code']}.example"
        assert set(vendor) == VENDOR_KEYS
        assert vendor["contact_email"].endswith(f"@{home}")
        assert vendor["website"].startswith(f"https://{home}/")
        assert PriceUnit(vendor["price_unit"]).label
        assert Decimal(vendor["unit_price"]).as_tuple().exponent == -2
        assert vendor["quantity"] >= 1
        assert vendor["term_months"] >= 1
    assert len(set(vendors(evaluation))) == (3 if evaluation is SCORING else 4)


@pytest.mark.parametrize("evaluation", WITH_BALLOTS)
def test_every_reviewer_has_a_ballot_for_every_vendor_unless_recused(evaluation):
    wanted = {(p, v) for p in reviewers(evaluation) for v in vendors(evaluation)}
    there = {(person, vendor) for person, vendor, _ in ballots(evaluation)}
    assert recused(evaluation) <= wanted
    assert there == wanted - recused(evaluation)
    assert all(r["reason"] for r in evaluation.get("recusal", []))


@pytest.mark.parametrize("evaluation", WITH_BALLOTS)
def test_a_ballot_has_one_valid_letter_for_each_criterion(evaluation):
    for person, vendor, ballot in ballots(evaluation):
        assert BallotState(ballot["state"]) in (BallotState.OPEN, BallotState.SUBMITTED)
        assert re.fullmatch(rf"[YN?A-]{{{len(CODES)}}}", ballot["marks"]), (person, vendor)
        assert all(
            CRITERIA[code].get("may_not_apply", False)
            for code, mark in zip(CODES, ballot["marks"], strict=True)
            if mark == "A"
        )


@pytest.mark.parametrize("evaluation", [MEETING, DECIDED], ids=["meeting", "decided"])
def test_after_scoring_every_ballot_is_submitted_and_complete(evaluation):
    assert {ballot["state"] for *_, ballot in ballots(evaluation)} == {"SUBMITTED"}
    assert [p for p, _, ballot in ballots(evaluation) if "-" in ballot["marks"]] == []


@pytest.mark.parametrize("evaluation", WITH_BALLOTS)
def test_every_note_belongs_to_a_mark_and_its_evidence_is_complete(evaluation):
    notes = evaluation["note"]
    cells = [(n["person"], n["vendor"], n["criterion"]) for n in notes]
    assert len(set(cells)) == len(cells)
    assert [c for c in cells if letter(evaluation, *c) == "-"] == []
    for note in notes:
        evidence = EVIDENCE_KEYS & set(note)
        assert evidence in (set(), EVIDENCE_KEYS)
        if evidence:
            assert EvidenceKind(note["evidence_kind"]).label
            assert 0 < len(note["evidence_place"]) <= limits.SHORT_TEXT


@pytest.mark.parametrize("evaluation", WITH_BALLOTS)
def test_evidence_tried_by_reviewers_is_dated_while_ballots_were_open(evaluation):
    closed = evaluation.get("closed_days_ago", 0)
    for note in evaluation["note"]:
        if note.get("evidence_kind") in ("SANDBOX", "REFERENCE_CALL"):
            assert closed <= note["evidence_days_ago"] <= evaluation["opened_days_ago"]
        elif "evidence_kind" in note:
            assert closed <= note["evidence_days_ago"]


@pytest.mark.parametrize("evaluation", [MEETING, SCORING], ids=["meeting", "scoring"])
def test_a_file_is_of_a_vendor_or_on_a_mark_and_can_be_attached(evaluation):
    assert {"person" in file for file in evaluation["file"]} == {True, False}
    for file in evaluation["file"]:
        made = make_small_pdf if file["name"].endswith(".pdf") else make_small_csv
        kind = detect_file_kind(made(file["lines"]), file["name"])
        assert clean_file_name(file["name"], kind) == file["name"]
        assert file["vendor"] in vendors(evaluation)
        if "person" in file:
            assert set(file) == FILE_KEYS | {"person", "criterion"}
            assert letter(evaluation, file["person"], file["vendor"], file["criterion"]) != "-"
        else:
            assert set(file) - {"tells_prices"} == FILE_KEYS


@pytest.mark.parametrize("evaluation", EVALUATIONS)
def test_a_file_of_a_vendor_with_an_amount_in_it_is_ticked_as_telling_prices(evaluation: Table):
    for file in evaluation.get("file", []):
        text = " ".join([file["name"], *file["lines"]])
        amount = re.search(r"(?i)price|cost|\$|\d\.\d\d\b", text) is not None
        assert file.get("tells_prices", False) == (amount and "person" not in file), file["name"]


@pytest.mark.parametrize("evaluation", EVALUATIONS)
def test_findings_are_recorded_in_a_meeting_at_which_the_chair_and_voters_are(evaluation: Table):
    assert ("finding" in evaluation) == ("meeting" in evaluation)
    if "meeting" not in evaluation:
        return
    seats = {member["person"] for member in evaluation["member"]}
    for meeting in evaluation["meeting"]:
        assert set(meeting["present"]) <= seats
        for motion in meeting["motion"]:
            votes = [motion.get(name, 0) for name in ("in_favor", "opposed", "abstaining")]
            assert sum(votes) == len(meeting["present"])
            assert votes[0] > votes[1]
            assert {motion["moved_by"], motion["seconded_by"]} < set(meeting["present"])
    stated = [row["person"] for row in evaluation.get("position", ())]
    assert set(stated) <= set(reviewers(evaluation))
    assert len(set(stated)) == len(stated)


def test_the_demo_shows_old_and_expired_evidence_and_links():
    notes = [note for note in MEETING["note"] if note["criterion"] == "ada"]
    links = [n for n in notes if place_of(n.get("evidence_place", "")).url]

    assert [n["evidence_days_ago"] > 365 for n in links] == [True, True]
    assert [n.get("evidence_holds_days", 0) < 0 for n in links] == [False, True]


@pytest.mark.parametrize("evaluation", [MEETING, DECIDED], ids=["meeting", "decided"])
def test_a_finding_names_a_cell_and_its_reason_states_the_votes(evaluation):
    assert len(findings(evaluation)) == len(evaluation["finding"])
    for finding in evaluation["finding"]:
        counts = cell(evaluation, finding["vendor"], finding["criterion"])
        said = re.search(r"ballots were (\d) to (\d)", finding["reason"])
        assert counts.total() == len(reviewers(evaluation))
        assert finding["value"] in SETTLED
        if said:
            assert sorted(map(int, said.groups())) == sorted([counts["Y"], counts["N"]])


@pytest.mark.parametrize("evaluation", EVALUATIONS)
def test_askers_score_the_vendor_and_answers_follow_the_question(evaluation):
    opened, closed = evaluation["opened_days_ago"], evaluation.get("closed_days_ago", 0)
    wanted = {(p, v) for p in reviewers(evaluation) for v in vendors(evaluation)}
    scored = wanted - recused(evaluation)
    for row in evaluation["question"]:
        assert {(person, row["vendor"]) for person in row["asked_by"]} <= scored
        assert closed <= row.get("answered_days_ago", closed) < row["sent_days_ago"] < opened
        assert ("answer" in row) == ("answered_days_ago" in row)
    for row in evaluation.get("asking", []):
        assert (row["person"], row["vendor"]) in scored
        assert 0 <= row["days_ago"] < opened
    for row in [*evaluation["question"], *evaluation.get("asking", [])]:
        assert 0 < len(row["words"]) <= limits.QUESTION
        assert row["criterion"] in CODES


def test_texts_are_clean_and_hold_no_control_character():
    assert [t for t in texts(DEMO) if clean_text(t, limit=limits.LONG_TEXT).strip() != t] == []


def test_the_meeting_has_ties_to_settle_one_of_them_on_a_must_have():
    unresolved = {c: o for c, o in outcomes(MEETING).items() if c not in findings(MEETING)}
    ties = {code for (_, code), found in unresolved.items() if found == "TIE"}
    assert ties == {"ncaa", "adaptive", "ell"}
    assert ties & set(MEETING["must_have"]) == {"ell"}
    assert Counter(o for o in unresolved.values() if o not in SETTLED) == {
        "TIE": 3,
        "NO_QUORUM": 1,
        "TIE_APPLICABLE": 1,
    }


def test_the_meeting_has_two_findings_one_of_which_differs_from_its_outcome():
    found = outcomes(MEETING)
    assert {found[c] for c in findings(MEETING)} == {"TIE", "MET"}
    assert set(findings(MEETING).values()) == {"NOT_MET"}
    assert len(findings(MEETING)) == 2


def test_one_vendor_clearly_fails_a_must_have_at_the_meeting():
    not_met = [c for c, found in outcomes(MEETING).items() if found == "NOT_MET"]
    failed = [(vendor, code) for vendor, code in not_met if code in MEETING["must_have"]]
    assert failed == [("wrenfold", "ada")]
    assert cell(MEETING, "wrenfold", "ada") == {"N": 5, "Y": 1}


def test_experts_are_outvoted_at_the_meeting_on_accessibility_and_english_learners():
    assert {("harborlight", "ada"), ("quillmere", "ell")} <= experts_in_the_minority(MEETING)


def test_the_meeting_finds_a_teacher_of_record_not_applicable_for_most_vendors():
    found = Counter(outcomes(MEETING)[v, "teacher-of-record"] for v in vendors(MEETING))
    assert found == {"NOT_APPLICABLE": 3, "TIE_APPLICABLE": 1}


def test_three_marks_in_four_are_yes_at_the_meeting():
    given = Counter("".join(ballot["marks"] for *_, ballot in ballots(MEETING)))
    assert Fraction(75, 100) <= Fraction(given["Y"], given.total()) <= Fraction(80, 100)
    assert given["?"] >= 20


def test_promises_of_the_chosen_vendor_were_kept_and_broken():
    promises = RENEWAL["commitment"]
    names = {person["name"] for person in DEMO["person"]}

    assert {row["evaluation"] for row in promises} == {DECIDED["key"]}
    assert {row["vendor"] for row in promises} == {DECIDED["decision"]["vendor"]}
    assert {row["owner"] for row in promises} <= names
    last = [CommitmentState(row["said"][-1]["state"]) for row in promises]
    assert Counter(last) == {CommitmentState.KEPT: 2, CommitmentState.BROKEN: 3}
    for row in promises:
        days = [row["days_ago"], *(said["days_ago"] for said in row["said"]), 0]
        assert days == sorted(days, reverse=True)
        assert DECIDED["decided_days_ago"] < row["days_ago"] < DECIDED["closed_days_ago"]
    assert [t for t in texts(RENEWAL) if clean_text(t, limit=limits.LONG_TEXT).strip() != t] == []


def test_the_renewed_evaluation_has_rubric_rule_and_vendors_of_the_earlier_one():
    assert RENEWED["renews"] == DECIDED["key"]
    for same in ("must_have", "weights", "rule"):
        assert RENEWED[same] == DECIDED[same]
    names = [[(v["company"], v["product"]) for v in e["vendor"]] for e in (RENEWED, DECIDED)]
    assert names[0] == names[1]
    seats = [[(m["person"], m["stakeholder"]) for m in e["member"]] for e in (RENEWED, DECIDED)]
    assert seats[0] == seats[1]


def test_reviewers_read_the_last_record_beside_a_sealed_ballot_and_have_others_to_seal():
    promised = {row["vendor"] for row in RENEWAL["commitment"]}
    for person in ("marcus", "keisha"):
        states = {vendor: ballot["state"] for vendor, ballot in RENEWED["ballots"][person].items()}
        assert {vendor for vendor, state in states.items() if state == "SUBMITTED"} == promised
    expired = [n for n in DECIDED["note"] if n.get("evidence_holds_days", 0) < 0]
    assert {note["vendor"] for note in expired} == promised


def test_notes_are_as_many_as_a_demo_needs():
    assert len(MEETING["note"]) >= 60
    assert len(SCORING["note"]) >= 8
    assert len(DECIDED["note"]) >= 25
    assert all(any(n["vendor"] == v for n in MEETING["note"]) for v in vendors(MEETING))


def test_scoring_shows_ballots_sealed_half_done_and_not_begun():
    open_ballots = [b["marks"] for *_, b in ballots(SCORING) if b["state"] == "OPEN"]
    begun = [marks for marks in open_ballots if set(marks) != {"-"}]
    assert len(list(ballots(SCORING))) - len(open_ballots) == 7
    assert len(begun) == 6
    assert all("-" in marks for marks in begun)
    assert len(open_ballots) - len(begun) == 4


def test_every_unresolved_cell_of_the_decided_evaluation_has_a_finding():
    unresolved = {c for c, found in outcomes(DECIDED).items() if found not in SETTLED}
    assert unresolved == set(findings(DECIDED))


def test_the_recommended_vendor_meets_every_must_have_and_scores_highest():
    chosen = DECIDED["decision"]["vendor"]
    share = {v: Fraction(*points(DECIDED, v)) for v in vendors(DECIDED)}
    assert {outcomes(DECIDED)[chosen, code] for code in DECIDED["must_have"]} == {"MET"}
    assert all(share[chosen] > share[other] for other in share if other != chosen)
    assert share[chosen] * 100 >= DECIDED["rule"]["pass_mark"]


def test_the_reason_of_the_decision_states_the_scores_as_computed():
    reason = DECIDED["decision"]["reason"]
    eligible = [points(DECIDED, v) for v in ("wrenfold", "tessellane", "dunmarrow")]
    first, second, third = (round(Fraction(*pair) * 100) for pair in eligible)
    assert [(int(a), int(b)) for a, b in re.findall(r"(\d+) of (\d+)", reason)] == eligible
    percents = [first, DECIDED["rule"]["pass_mark"], second, third]
    assert list(map(int, re.findall(r"(\d+) percent", reason))) == percents
    grades = cell(DECIDED, "harborlight", "sis")
    assert f"{grades['Y']} yes, {grades['N']} no, {grades['?']} can't tell" in reason


def test_the_cost_ceiling_is_the_price_times_learners_times_years():
    vendor = next(v for v in DECIDED["vendor"] if v["code"] == DECIDED["decision"]["vendor"])
    total = Decimal(vendor["unit_price"]) * vendor["quantity"] * vendor["term_months"] / 12
    assert DECIDED["decision"]["cost_ceiling"].startswith(f"${total:,.0f} for three years")


def test_the_practice_round_is_open_for_two_and_contains_differing_answers():
    done = PRACTICE["practice"]
    assert set(reviewers(PRACTICE)) - set(done) == {"marcus", "keisha"}
    assert {len(letters) for letters in done.values()} == {len(CODES)}
    columns = zip(CODES, zip(*done.values(), strict=True), strict=True)
    apart = [code for code, said in columns if {"Y", "N"} <= set(said)]
    assert 6 <= len(apart) <= 12
    assert {note["person"] for note in PRACTICE["said"]} <= set(done)
    assert {note["criterion"] for note in PRACTICE["said"]} <= set(CODES)


def test_a_limited_reviewer_has_marked_only_their_part():
    sections = {code: s["code"] for s in RUBRIC["section"] for c in s["criterion"]
                for code in [c["code"]]}  # fmt: skip
    for person, own in SCORING["assigned"].items():
        for ballot in SCORING["ballots"][person].values():
            marked = [
                code for code, said in zip(CODES, ballot["marks"], strict=True) if said != "-"
            ]
            assert {sections[code] for code in marked} <= set(own)


def votes_for(evaluation: Table, criterion: str) -> Counter[str]:
    """How the demo's reviewers vote on whether a criterion is a must-have."""
    place = CODES.index(criterion)
    return Counter(letters[place] for letters in evaluation["vote"]["answers"].values())


@pytest.mark.parametrize("evaluation", [MEETING, PRACTICE])
def test_the_votes_on_must_haves_name_who_and_what_there_is(evaluation: Table):
    answers = evaluation["vote"]["answers"]
    assert answers.keys() <= set(reviewers(evaluation))
    assert {len(letters) for letters in answers.values()} == {len(CODES)}
    assert set("".join(answers.values())) <= set("YN-")
    for note in evaluation["voted"]:
        assert answers[note["person"]][CODES.index(note["criterion"])] in "YN"
    assert evaluation["vote"].get("submitted", {}).keys() <= answers.keys()


def test_the_closed_vote_explains_the_must_haves_and_shows_each_case():
    otherwise = {row["criterion"]: row for row in MEETING["settled"]}
    proposed = {code: votes_for(MEETING, code) for code in CODES}
    for code, votes in proposed.items():
        yes, no = votes["Y"], votes["N"]
        told = otherwise.get(code)
        settled = told["must_have"] if told else yes > no
        assert settled is (code in MEETING["must_have"]), code
        assert bool(told and told["reason"]) is (yes == no or settled is not (yes > no)), code
    assert {votes["Y"] == votes["N"] for votes in proposed.values()} == {True, False}
    assert MEETING["vote"]["closed_days_ago"] > MEETING["opened_days_ago"]


def test_the_open_vote_still_waits_for_somebody():
    assert "closed_days_ago" not in PRACTICE["vote"]
    submitted = PRACTICE["vote"]["submitted"].keys()
    begun = PRACTICE["vote"]["answers"].keys()
    assert submitted < begun < set(reviewers(PRACTICE))


def test_the_curriculum_in_place_is_the_product_that_was_chosen_and_its_ballots_are_complete():
    [vendor] = IN_PLACE["vendor"]
    assert vendor["code"] == DECIDED["decision"]["vendor"]
    assert set(IN_PLACE["ballots"]) == set(reviewers(IN_PLACE))
    marks = [ballot["marks"] for *_, ballot in ballots(IN_PLACE)]
    assert {len(letters) for letters in marks} == {len(CODES)}
    assert set("".join(marks)) <= set("YN?A")


def test_what_the_curriculum_in_place_lacks_is_what_its_decision_and_the_next_one_say():
    found = outcomes(IN_PLACE) | findings(IN_PLACE)
    lacking = {code for (_, code), value in found.items() if value == "NOT_MET"}
    applies = {code for (_, code), value in found.items() if value != "NOT_APPLICABLE"}
    assert set(found.values()) <= SETTLED
    assert len(lacking) == 7
    assert len(applies) == 20
    assert IN_PLACE["decision"]["reason"].startswith("Seven of twenty criteria are not met, two")
    assert len(lacking & set(IN_PLACE["must_have"])) == 2
    assert MEETING["needs_of"] == IN_PLACE["key"]
    assert IN_PLACE["decided_days_ago"] > MEETING["created_days_ago"]


def test_hints_are_settled_after_their_section_was_written_and_before_ballots_open():
    written = {(row["evaluation"], row["section"]): row["days_ago"] for row in WORKBOOKS["saved"]}
    assert {hint["taken"] for hint in WORKBOOKS["hint"]} == {True, False}
    for hint in WORKBOOKS["hint"]:
        assert hint["evaluation"] == MEETING["key"]
        assert written[MEETING["key"], hint["section"]] > hint["days_ago"]
        assert hint["days_ago"] > MEETING["opened_days_ago"]
        assert hint["criterion"] in CODES
        assert hint["reason"].strip()
