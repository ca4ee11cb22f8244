"""What a result rests on, as an object of an archive, and the result that it gives again.

docs/archive-format.md describes the object.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import numpy as np

from crrubric.domain.archive.container import read_json, refuse_unreadable
from crrubric.domain.ballots.ballots import (
    ABSTAINED,
    CANNOT_TELL,
    MISSING,
    NO,
    NOT_APPLICABLE,
    RECUSED,
    UNASSIGNED,
    YES,
    Ballots,
    Reviewer,
)
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.record.chain import hash_text, to_canonical_json
from crrubric.domain.results.basis import ResultBasis
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import AdoptedFinding, Results, ScoredCriterion, ScoredVendor
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, Outcome, RuleKind, ScoringMode, Stakeholder

SCHEMA = "crrubric.basis/1"
LETTERS = {
    YES: "Y", NO: "N", NOT_APPLICABLE: "A", CANNOT_TELL: "C", MISSING: "M", ABSTAINED: "S",
    RECUSED: "R", UNASSIGNED: "-",
}  # fmt: skip
CODES = {letter: code for code, letter in LETTERS.items()}
LETTER_OF = {
    Answer.YES.value: "Y", Answer.NO.value: "N", Answer.NOT_APPLICABLE.value: "A",
    Answer.CANNOT_TELL.value: "C",
}  # fmt: skip
UNMARKED = frozenset("MS")
NOT_COMPARED = frozenset("R-")
NEVER = datetime.min.replace(tzinfo=UTC)
PATH = "results/basis.json"
CellKey = tuple[int, int, int]  # ids of member, vendor and criterion


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisIds:
    """The ids of vendors and criteria as the journal has them, in the order of the basis.

    current: of each sealed ballot that counts, by ids of member and vendor, its number.
    """

    vendors: Sequence[int]
    criteria: Sequence[int]
    current: Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBasis:
    """A basis as it was read from an archive, with the hash of its object."""

    basis: ResultBasis
    ids: BasisIds
    hash: str

    def iterate_letters(self) -> Iterator[tuple[CellKey, str]]:
        """Every cell of every reviewer, with its letter."""
        ballots = self.basis.ballots
        for reviewer, by_vendor in zip(ballots.reviewers, ballots.answers, strict=True):
            for vendor, answers in zip(self.ids.vendors, by_vendor.tolist(), strict=True):
                for criterion, code in zip(self.ids.criteria, answers, strict=True):
                    yield (reviewer.id, vendor, criterion), LETTERS[code]


def make_basis_object(basis: ResultBasis, ids: BasisIds) -> dict[str, Any]:
    """The object of `basis`."""
    rule = basis.rule
    return {
        "schema": SCHEMA,
        "rule": {
            "kind": rule.kind.value,
            "over": rule.threshold.numerator,
            "under": rule.threshold.denominator,
            "quorum": rule.quorum,
        },
        "scoring": basis.mode.value,
        "pass_mark": int(basis.pass_mark * 100),
        "criteria": [
            {
                "id": key,
                "code": row.code,
                "weight": str(row.weight),
                "must_have": row.must_have,
                "may_not_apply": row.may_not_apply,
            }
            for key, row in zip(ids.criteria, basis.criteria, strict=True)
        ],
        "vendors": [
            {"id": key, "code": row.code}
            for key, row in zip(ids.vendors, basis.vendors, strict=True)
        ],
        "reviewers": [
            {"id": row.id, "stakeholder": row.stakeholder.value} for row in basis.ballots.reviewers
        ],
        "answers": [
            "".join(LETTERS[code] for code in answers.reshape(-1).tolist())
            for answers in basis.ballots.answers
        ],
        "findings": [
            {
                "vendor": vendor,
                "criterion": criterion,
                "finding": found.value.value,
                "as_computed": found.as_computed,
            }
            for (vendor, criterion), found in sorted(basis.adopted.items())
        ],
        "lifted": [
            {"vendor": vendor, "criterion": criterion} for vendor, criterion in sorted(basis.lifted)
        ],
        "current": sorted(
            f"m{member}-v{vendor}-{number}" for (member, vendor), number in ids.current.items()
        ),
    }


def hash_basis(told: Mapping[str, Any]) -> str:
    """The hash over an object, by which a memo names it."""
    return hash_text(to_canonical_json(told))


def read_basis_object(text: bytes) -> ReadBasis:
    """The basis of an object. Raises: Invalid for what has another form."""
    with refuse_unreadable(PATH):
        return _read_basis(read_json(text))


def _read_basis(told: Mapping[str, Any]) -> ReadBasis:
    if told["schema"] != SCHEMA:
        raise ValueError("another schema")
    criteria, vendors, reviewers = told["criteria"], told["vendors"], told["reviewers"]
    size = len(vendors), len(criteria)
    answers = [[CODES[letter] for letter in text] for text in told["answers"]]
    codes = tuple(row["code"] for row in criteria)
    vendor_codes = tuple(row["code"] for row in vendors)
    if not all(isinstance(code, str) for code in codes + vendor_codes):
        raise TypeError("a code is no text")
    rule = told["rule"]
    basis = ResultBasis(
        criteria=tuple(
            ScoredCriterion(
                code=row["code"],
                title="",
                section_title="",
                weight=Fraction(row["weight"]),
                must_have=row["must_have"] is True,
                may_not_apply=row["may_not_apply"] is True,
            )
            for row in criteria
        ),
        vendors=tuple(ScoredVendor(code, code) for code in vendor_codes),
        ballots=Ballots(
            tuple(
                Reviewer(f"m{row['id']}", Stakeholder(row["stakeholder"]), int(row["id"]))
                for row in reviewers
            ),
            vendor_codes,
            codes,
            np.array(answers, dtype=np.uint8).reshape(len(reviewers), *size),
        ),
        adopted={
            (row["vendor"], row["criterion"]): AdoptedFinding(
                value=Outcome(row["finding"]),
                reason="",
                by="",
                at=NEVER,
                as_computed=row["as_computed"] is True,
            )
            for row in told["findings"]
        },
        rule=DecisionRule(
            RuleKind(rule["kind"]), Fraction(rule["over"], rule["under"]), rule["quorum"]
        ),
        mode=ScoringMode(told["scoring"]),
        pass_mark=Fraction(told["pass_mark"], 100),
        lifted=frozenset((row["vendor"], row["criterion"]) for row in told["lifted"]),
    )
    ids = BasisIds(
        vendors=[int(row["id"]) for row in vendors],
        criteria=[int(row["id"]) for row in criteria],
        current=dict(map(_read_current, told["current"])),
    )
    return ReadBasis(basis=basis, ids=ids, hash=hash_basis(told))


def _read_current(name: str) -> tuple[tuple[int, int], int]:
    """Member, vendor and number of a sealed ballot. Raises: ValueError."""
    member, vendor, number = name.split("-")
    if not (member.startswith("m") and vendor.startswith("v")):
        raise ValueError(f"no sealed ballot: {name}")
    return (int(member[1:]), int(vendor[1:])), int(number)


SAME = 1e-9
COUNTS = ("yes", "no", "not_applicable", "cannot_tell", "missing", "abstained", "recused")


def find_result_faults(results: Results, told: Mapping[str, Any]) -> Iterator[CrrubricError]:
    """Where results.json differs from what is computed from the basis.

    Raises: one of container.UNREADABLE for an object of another form.
    """
    yield from _find_cell_faults(results, told["tallies"])
    yield from _find_vendor_faults(results, told["vendors"])


def _find_cell_faults(
    results: Results, rows: Sequence[Mapping[str, Any]]
) -> Iterator[CrrubricError]:
    found = {(row["vendor"], row["criterion"]): row for row in rows}
    if len(found) != len(rows) or found.keys() != results.cells.keys():
        yield Invalid(N_("results/results.json: it has other items than basis.json."))
    for key, cell in results.cells.items():
        row = found.get(key)
        if row is None:
            continue
        reason = cell.resolution.reason
        computed = [
            *cell.tally.counts,
            cell.resolution.outcome.value,
            reason.value if reason else None,
            cell.finding.value,
        ]
        if computed != [row[name] for name in (*COUNTS, "outcome", "reason", "finding")]:
            yield Invalid(
                N_(
                    "results/results.json: %(vendor)s, %(criterion)s is not what the ballots and"
                    " findings give."
                ),
                vendor=key[0],
                criterion=key[1],
            )


def _find_vendor_faults(
    results: Results, rows: Sequence[Mapping[str, Any]]
) -> Iterator[CrrubricError]:
    found = {row["vendor"]: row for row in rows}
    if len(found) != len(rows) or found.keys() != results.scores.keys():
        yield Invalid(N_("results/results.json: it has other vendors than basis.json."))
    for code, score in results.scores.items():
        row = found.get(code)
        if row is None:
            continue
        shares = {
            "score": score.value, "coverage": score.coverage, "low": score.low, "high": score.high,
        }  # fmt: skip
        if (
            not all(_is_share(row[name], share) for name, share in shares.items())
            or row["gate"] != score.gate.value
            or row["rank"] != score.rank
            or row["failed"] != list(score.failed)
        ):
            yield Invalid(
                N_("results/results.json: the score of %(vendor)s is not what is computed."),
                vendor=code,
            )


def _is_share(told: Any, share: Fraction | None) -> bool:
    """Whether a number of an object is this share."""
    if share is None or told is None:
        return told is None and share is None
    return type(told) in (int, float) and abs(told - float(share)) < SAME
