"""The words of the field that stay on screens, each with its meaning in a sentence."""

from dataclasses import dataclass

from crrubric.domain.translation import N_


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or words that are explained together; `anchor` is its place on the page."""

    anchor: str
    name: str
    meaning: str


TERMS: tuple[tuple[str, tuple[Term, ...]], ...] = (
    (
        N_("Set-up"),
        (
            Term(
                "evaluation",
                N_("Evaluation"),
                N_("One selection of a vendor, from set-up until it is archived."),
            ),
            Term(
                "vendor",
                N_("Vendor"),
                N_("A company together with the product it offers in this evaluation."),
            ),
            Term(
                "people",
                N_("Chair, reviewer, observer"),
                N_(
                    "The chair leads the committee, reviewers score the vendors, and observers "
                    "only read the results."
                ),
            ),
            Term(
                "rubric",
                N_("Rubric and criterion"),
                N_(
                    "The rubric is the list of questions used to score every vendor; each "
                    "question, answered YES or NO, is a criterion."
                ),
            ),
            Term(
                "must-have",
                N_("Must-have"),
                N_("A criterion that a vendor has to meet to stay eligible."),
            ),
            Term(
                "weight",
                N_("Weight"),
                N_(
                    "How much a criterion counts in the score: 1 is usual, 2 counts double, "
                    "and 0 does not count."
                ),
            ),
            Term(
                "field",
                N_("Field"),
                N_(
                    "The area, such as special education or IT, whose reviewers know most "
                    "about a criterion."
                ),
            ),
            Term(
                "practice-round",
                N_("Practice round"),
                N_(
                    "Before scoring, everybody marks a made-up vendor to see which criteria "
                    "reviewers understand differently; these marks never count."
                ),
            ),
        ),
    ),
    (
        N_("Scoring"),
        (
            Term(
                "conflict",
                N_("Conflict of interest, recused"),
                N_(
                    "A reviewer who has a personal interest in a vendor declares it and is "
                    "recused, which means that they do not score that vendor."
                ),
            ),
            Term(
                "waiver",
                N_("Waiver"),
                N_(
                    "The chair’s decision, with a reason, that a reviewer may score a vendor "
                    "although they declared a conflict of interest."
                ),
            ),
            Term(
                "ballot",
                N_("Ballot"),
                N_("All marks of one reviewer for one vendor."),
            ),
            Term(
                "mark",
                N_("Mark"),
                N_(
                    "One reviewer’s answer on one criterion for one vendor: YES, NO, CAN’T "
                    "TELL or NOT APPLICABLE."
                ),
            ),
            Term(
                "unscored",
                N_("Unscored, abstained"),
                N_(
                    "A criterion without a mark is unscored; if the reviewer left it out on "
                    "purpose and gave a reason, they abstained."
                ),
            ),
            Term(
                "blind",
                N_("Blind"),
                N_(
                    "Until the meeting, nobody, not even the chair, can see another reviewer’s "
                    "marks, except in a ballot given on paper or by phone that the chair "
                    "enters."
                ),
            ),
            Term(
                "evidence",
                N_("Evidence"),
                N_(
                    "What a mark is based on, such as a page, a moment in a demo, a phone call "
                    "or a file."
                ),
            ),
            Term(
                "sealed",
                N_("Sealed"),
                N_(
                    "A submitted ballot that nobody can change unless the chair reopens it "
                    "with a reason."
                ),
            ),
            Term(
                "receipt",
                N_("Receipt, fingerprint"),
                N_(
                    "A fingerprint is a code computed from a ballot, a file or a journal entry "
                    "that shows whether it was changed later; your receipt is the fingerprint "
                    "of your ballot."
                ),
            ),
            Term(
                "journal",
                N_("Journal"),
                N_(
                    "The list of who changed what, when and why; its entries are never changed "
                    "or deleted."
                ),
            ),
        ),
    ),
    (
        N_("From marks to findings"),
        (
            Term(
                "item",
                N_("Matrix, item"),
                N_(
                    "The matrix is the table of vendors and criteria; each of its boxes is an "
                    "item, that is, one criterion for one vendor."
                ),
            ),
            Term(
                "decision-rule",
                N_("Decision rule"),
                N_(
                    "The rule that turns the marks on an item into an outcome, such as a "
                    "simple majority; it is fixed before ballots open."
                ),
            ),
            Term(
                "quorum",
                N_("Quorum, threshold"),
                N_(
                    "The quorum is how many YES or NO marks an item needs; the threshold is "
                    "what share of the YES and NO marks must agree under a supermajority."
                ),
            ),
            Term(
                "outcome",
                N_("Outcome"),
                N_(
                    "What the decision rule makes of the marks on an item: Met, Not met, Not "
                    "applicable or Unresolved."
                ),
            ),
            Term(
                "settled",
                N_("Unresolved, settled"),
                N_(
                    "An item is unresolved while the marks give no clear outcome, and settled "
                    "once the rule or the committee has decided it."
                ),
            ),
            Term(
                "split",
                N_("Split, strongly split"),
                N_(
                    "An item is split if reviewers contradict each other, and strongly split "
                    "if a third or more of the YES and NO marks contradict the others."
                ),
            ),
            Term(
                "finding",
                N_("Finding"),
                N_(
                    "What the committee adopts for an item in its meeting: the outcome, or a "
                    "different one with a reason."
                ),
            ),
        ),
    ),
    (
        N_("Scores and agreement"),
        (
            Term(
                "score",
                N_("Score, pass mark"),
                N_(
                    "The score is the share, by weight and in percent, of the applicable and "
                    "settled criteria that a vendor meets, or their average share of YES if "
                    "the evaluation says so; the pass mark is the score it should reach."
                ),
            ),
            Term(
                "share-settled",
                N_("Share settled, range"),
                N_(
                    "The share settled says how much of the weight of the applicable criteria "
                    "is already settled; the range says how low or high the score can still "
                    "become."
                ),
            ),
            Term(
                "ranking",
                N_("Computed order, adopted ranking"),
                N_(
                    "The software computes an order from the scores; the committee adopts that "
                    "order or, with a reason, another one."
                ),
            ),
            Term(
                "eligible",
                N_("Not eligible, reinstated"),
                N_(
                    "A vendor that does not meet a must-have is not eligible and is not "
                    "ranked, unless the committee reinstates it with a reason. That lifts what "
                    "the vendor fails then, and nothing that it comes to fail later."
                ),
            ),
            Term(
                "agreement",
                N_("Agreement"),
                N_("How often two reviewers gave the same answer, YES or NO, on the same item."),
            ),
            Term(
                "coefficients",
                N_("Krippendorff’s alpha, Gwet’s AC1"),
                N_(
                    "Two measures of how much reviewers agree beyond chance: 1 is full "
                    "agreement, and 0 is no more than chance."
                ),
            ),
            Term(
                "interval",
                N_("95 %% interval"),
                N_(
                    "The range in which a measure falls in 95 of 100 repetitions of the "
                    "calculation, each with a random selection of the items."
                ),
            ),
        ),
    ),
    (
        N_("Decision"),
        (
            Term(
                "recommendation",
                N_("Recommendation, position, dissent"),
                N_(
                    "The recommendation is the vendor the committee proposes to the board; "
                    "each reviewer states a position on it, and the words of those who cannot "
                    "support it are the dissent."
                ),
            ),
            Term(
                "commitment",
                N_("Commitment"),
                N_(
                    "Something that the chosen vendor promises to do by a certain day, with a "
                    "person of the district who follows up."
                ),
            ),
            Term(
                "legal-hold",
                N_("Legal hold"),
                N_(
                    "A reason, such as a protest, for which the record has to be kept even "
                    "after its retention date."
                ),
            ),
        ),
    ),
)
