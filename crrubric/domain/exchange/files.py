"""The files that leave an evaluation: what each holds, who may have it, and its columns.

docs/files.md says what each column means. Names of columns and codes in them are for programs:
they are the same in every language, and are only ever added to.
"""

from dataclasses import dataclass

from crrubric.domain.actions import Action
from crrubric.domain.translation import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A file of one evaluation.

    name: with its ending, without the evaluation; columns: of a table; label, about: what people
    read.
    """

    name: str
    action: Action
    label: str
    about: str
    columns: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Its format, as people call it."""
        return {"csv": "CSV", "json": "JSON", "xlsx": "Excel"}[self.name.rpartition(".")[2]]


TALLIES = DataFile(
    name="tallies.csv",
    action=Action.EXPORT_RESULTS,
    label=N_("Tallies"),
    about=N_("One row for each vendor and criterion: the votes, the outcome, the finding."),
    columns=(
        "vendor", "criterion", "yes", "no", "not_applicable", "cannot_tell", "missing", "abstained",
        "recused", "outcome", "reason", "finding",
    ),
)  # fmt: skip
SCORES = DataFile(
    name="scores.csv",
    action=Action.EXPORT_RESULTS,
    label=N_("Scores"),
    about=N_("One row for each vendor: score, coverage, range, must-haves, rank."),
    columns=(
        "vendor", "name", "score", "coverage", "low", "high", "gate", "rank", "failed",
    ),
)  # fmt: skip
RESULTS = DataFile(
    name="results.json",
    action=Action.EXPORT_RESULTS,
    label=N_("Everything computed"),
    about=N_("For programs: tallies, scores, agreement, how far the order holds."),
)
WORKBOOK = DataFile(
    name="workbook.xlsx",
    action=Action.EXPORT_RESULTS,
    label=N_("All results"),
    about=N_(
        "A sheet each for summary, matrix, votes, findings, evidence and agreement; for chairs also"
        " every mark and the journal."
    ),
)
MARKS = DataFile(
    name="marks.csv",
    action=Action.EXPORT_MARKS,
    label=N_("Marks"),
    about=N_("Every mark with its note, its evidence and its reviewer. It can be imported again."),
    columns=(
        "reviewer", "vendor", "criterion", "mark", "note", "evidence", "evidence_until", "files",
        "origin", "blind", "evidence_kind", "evidence_place", "evidence_on",
    ),
)  # fmt: skip
ABSTENTIONS = DataFile(
    name="abstentions.csv",
    action=Action.EXPORT_MARKS,
    label=N_("Abstentions"),
    about=N_("Every criterion that a reviewer left without a mark, with the reason."),
    columns=("reviewer", "vendor", "criterion", "reason"),
)
FINDINGS = DataFile(
    name="findings.csv",
    action=Action.EXPORT_RESULTS,
    label=N_("Findings"),
    about=N_("What the committee adopted, with the reason, the motion and the time."),
    columns=(
        "vendor", "criterion", "outcome", "finding", "as_computed", "reason", "evidence", "agreed",
        "motion", "recorded_by", "recorded_at",
    ),
)  # fmt: skip
MOTIONS = DataFile(
    name="motions.csv",
    action=Action.FOLLOW_MEETING,
    label=N_("Motions"),
    about=N_("Every motion with who moved it and how many voted which way."),
    columns=(
        "motion", "meeting", "kind", "words", "moved_by", "seconded_by", "in_favor", "opposed",
        "abstaining", "carried", "items", "corrections", "at",
    ),
)  # fmt: skip
VENDORS = DataFile(
    name="vendors.csv",
    action=Action.VIEW_EVALUATION,
    label=N_("Vendors"),
    about=N_("One row for each vendor, with its scores and prices as far as you may see them."),
    columns=(
        "vendor", "company", "product", "version", "status", "withdrawn_at", "withdrawn_reason",
        "score", "coverage", "low", "high", "gate", "price_unit", "unit_price", "quantity",
        "term_months", "cost_low", "cost_high",
    ),
)  # fmt: skip
EVIDENCE = DataFile(
    name="evidence.csv",
    action=Action.VIEW_EVIDENCE,
    label=N_("Evidence"),
    about=N_("What marks point to: kind, place, days. Before the meeting, of your own marks."),
    columns=(
        "vendor", "criterion", "mark", "reviewer", "stakeholder", "kind", "place", "seen_on",
        "valid_until", "files",
    ),
)  # fmt: skip
QUESTIONS = DataFile(
    name="questions.csv",
    action=Action.VIEW_QUESTIONS,
    label=N_("Questions"),
    about=N_("Questions to vendors and their answers. Nothing says who asked."),
    columns=(
        "vendor", "criterion", "state", "question", "sent_on", "answer", "answered_on",
        "withdrawn_reason",
    ),
)  # fmt: skip
JOURNAL = DataFile(
    name="journal.csv",
    action=Action.VIEW_JOURNAL,
    label=N_("Journal"),
    about=N_("Who changed what, the newest first, as you see it on the page of the journal."),
    columns=("at", "who", "event", "what", "vendor", "criterion", "changes", "reason"),
)
# in the order in which a page lists them
FILES = (
    WORKBOOK, TALLIES, SCORES, RESULTS, FINDINGS, MOTIONS, MARKS, ABSTENTIONS, EVIDENCE, QUESTIONS,
    VENDORS, JOURNAL,
)  # fmt: skip
