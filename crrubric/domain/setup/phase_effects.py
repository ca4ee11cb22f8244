"""What a change of phase will do, from facts of the evaluation as they stand now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crrubric.domain.foreseen import Foreseen, Remark, keep_remarks, make_list_remark
from crrubric.domain.places import MendingPlace
from crrubric.domain.setup.lifecycle import is_step_back
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Phase


@dataclass(frozen=True, slots=True)
class BallotsOfReviewer:
    """How many of somebody's ballots are submitted; of vendors that the reader may know of."""

    name: str
    submitted: int
    all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFacts:
    """What changes of phase are told by; counts and names, for the seat of who makes them.

    told: who gets a notice; reviewers: how many; thin: criteria for which the decision rule asks
    for more marks than reviewers can give; uncosted: vendors whose cost over the term can't be
    computed; closing_set: whether there is a closing day, and early: whether it is still to come;
    unconfirmed: whose ballot was entered for them and not confirmed; partial: whether vendors are
    left out that the reader stays away from; not_come: reviewers who have never signed in; sitting:
    whether a meeting is under way; recommended: the vendor's name, empty for none;
    without_position: reviewers who stated none; doubts: of the decision; in_place: the evaluation
    is of the curriculum in place; issued: the memo of the decision is.
    """

    told: tuple[str, ...]
    criteria: int
    vendors: int
    reviewers: int
    thin: tuple[str, ...] = ()
    uncosted: tuple[str, ...] = ()
    closing_set: bool = True
    early: bool = False
    ballots: tuple[BallotsOfReviewer, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    partial: bool = False
    not_come: tuple[str, ...] = ()
    sitting: bool = False
    recommended: str = ""
    without_position: int = 0
    doubts: tuple[Remark, ...] = ()
    in_place: bool = False
    issued: bool = True


def foresee_phase(before: Phase, after: Phase, facts: PhaseFacts) -> Foreseen:
    """What the change does and what speaks against it; `before` to `after` is a change."""
    told = make_list_remark(N_("Notified of it, %(count)s:"), facts.told)
    found = CHANGES[before, after](facts)
    effects = keep_remarks(
        [
            *((True, remark) for remark in found.effects),
            (
                facts.sitting and before is Phase.MEETING,
                Remark(N_("The meeting that is under way is closed.")),
            ),
            (
                is_step_back(before, after),
                Remark(N_("Your reason is kept in the journal.")),
            ),
            (facts.told, told),
        ]
    )
    return Foreseen(effects, found.doubts)


def foresee_opening(facts: PhaseFacts) -> Foreseen:
    """Ballots go out."""
    counts = {
        "criteria": facts.criteria,
        "vendors": facts.vendors,
        "reviewers": facts.reviewers,
    }
    return Foreseen(
        (
            Remark(N_("Rubric, weights, must-haves and decision rule are frozen, with the time.")),
            Remark(
                N_(
                    "Ballots go out. Reviewers: %(reviewers)s. Vendors: %(vendors)s. Criteria:"
                    " %(criteria)s."
                ),
                counts,
            ),
            Remark(
                N_(
                    "Until the first mark you can go back to set-up; after it, the rubric can only"
                    " be corrected, with a reason that the memo prints."
                )
            ),
        ),
        keep_remarks(
            [
                (facts.not_come, say_missing_people(facts)),
                (facts.thin, say_thin_criteria(facts)),
                (
                    not facts.closing_set,
                    Remark(N_("No closing day is set."), mended_at=MendingPlace.FACTS),
                ),
                (facts.uncosted, say_uncosted_vendors(facts)),
            ]
        ),
    )


def say_thin_criteria(facts: PhaseFacts) -> Remark:
    """The rule asks for more than there can be."""
    return make_list_remark(
        N_(
            "The decision rule asks for more YES and NO marks than there are reviewers. These"
            " criteria will stay unresolved, %(count)s of %(all)s:"
        ),
        facts.thin,
        mended_at=MendingPlace.RULE,
        all=facts.criteria,
    )


def say_missing_people(facts: PhaseFacts) -> Remark:
    """Reviewers whose ballots nobody may ever fill in."""
    return make_list_remark(
        N_("Reviewers who have not signed up yet, %(count)s of %(all)s:"),
        facts.not_come,
        mended_at=MendingPlace.COMMITTEE,
        all=facts.reviewers,
    )


def say_uncosted_vendors(facts: PhaseFacts) -> Remark:
    """Prices can't be completed any more."""
    return make_list_remark(
        N_(
            "Price, its unit, quantity or term is missing, and prices are fixed when ballots open:"
            " the cost over the term can’t be computed for these vendors, %(count)s of %(all)s:"
        ),
        facts.uncosted,
        mended_at=MendingPlace.VENDORS,
        all=facts.vendors,
    )


def foresee_practice(_facts: PhaseFacts) -> Foreseen:
    """The practice round begins."""
    return Foreseen(
        (
            Remark(N_("Every reviewer marks one made-up vendor. It never counts.")),
            Remark(N_("You can go back to set-up at any time.")),
        )
    )


def foresee_closing(facts: PhaseFacts) -> Foreseen:
    """Ballots are locked and shown."""
    left = [row for row in facts.ballots if row.submitted < row.all]
    missing = sum(row.all - row.submitted for row in left)
    names = [row.name for row in left]
    parts = [f"{row.all - row.submitted}/{row.all}" for row in left]
    return Foreseen(
        (
            Remark(N_("All ballots are locked, and shown to the whole committee.")),
            Remark(
                N_(
                    "That can’t be undone: if you go back to scoring, every ballot changed then is"
                    " named in the memo as changed after the ballots had been shown."
                )
            ),
        ),
        keep_remarks(
            [
                (
                    missing,
                    make_list_remark(
                        N_(
                            "Not submitted: %(open)s of %(all)s ballots. They count as they are,"
                            " what is missing as unscored:"
                        ),
                        names,
                        parts,
                        mended_at=MendingPlace.PROGRESS,
                        open=missing,
                        all=sum(row.all for row in facts.ballots),
                    ),
                ),
                (
                    facts.unconfirmed,
                    make_list_remark(
                        N_("Entered for a reviewer who has not confirmed it, %(count)s:"),
                        facts.unconfirmed,
                        mended_at=MendingPlace.PROGRESS,
                    ),
                ),
                (
                    facts.partial,
                    Remark(
                        N_("Ballots of the vendors from whom you stay away are not counted here.")
                    ),
                ),
                (facts.early, Remark(N_("The closing day has not passed yet."))),
                (facts.thin, say_thin_criteria(facts)),
            ]
        ),
    )


def foresee_decision(facts: PhaseFacts) -> Foreseen:
    """The decision becomes final."""
    return Foreseen(
        (
            say_recommendation(facts),
            Remark(
                N_(
                    "Ballots, findings and recommendation are closed: a chair who takes the"
                    " decision back says why."
                )
            ),
            Remark(N_("Positions are disclosed; those who cannot support it are in the memo.")),
            Remark(N_("The memo stays a draft until a chair issues it.")),
            Remark(N_("What is listed below as left open is printed on the board’s page.")),
        )[: 5 if facts.doubts else 4],
        (
            *facts.doubts,
            *keep_remarks(
                [
                    (
                        facts.without_position,
                        Remark(
                            N_("Reviewers who have stated no position: %(count)s of %(all)s."),
                            {"count": facts.without_position, "all": facts.reviewers},
                        ),
                    )
                ]
            ),
        ),
    )


def say_recommendation(facts: PhaseFacts) -> Remark:
    """What becomes final."""
    if facts.recommended:
        text = N_("The decision becomes final: the committee recommends %(vendor)s.")
        if facts.in_place:
            text = N_("The decision becomes final: the committee recommends keeping %(vendor)s.")
        return Remark(text, {"vendor": facts.recommended})
    if facts.in_place:
        return Remark(
            N_(
                "The decision becomes final: the committee recommends looking for another"
                " curriculum."
            )
        )
    return Remark(N_("The decision becomes final: the committee recommends no vendor."))


def foresee_archiving(facts: PhaseFacts) -> Foreseen:
    """Nothing changes any more."""
    missing = Remark(
        N_("The memo has not been issued, and can’t be issued in the archive."),
        mended_at=MendingPlace.MEMO_ISSUE,
    )
    return Foreseen(
        (Remark(N_("An archived evaluation can only be read.")),),
        keep_remarks([(not facts.issued, missing)]),
    )


def foresee_return_to_scoring(facts: PhaseFacts) -> Foreseen:
    """Ballots open again, after they were shown."""
    left = tuple(row.name for row in facts.ballots if row.submitted < row.all)
    return Foreseen(
        (
            Remark(
                N_(
                    "Ballots that are not submitted can be marked again; submitted ones only if you"
                    " reopen them."
                )
            ),
            Remark(
                N_(
                    "The committee has seen the ballots: whatever is changed now is named as"
                    " changed after that, in the results and in the memo."
                )
            ),
            Remark(N_("Findings, motions and minutes stay.")),
        ),
        keep_remarks(
            [
                (
                    left,
                    make_list_remark(N_("Reviewers who can mark again, %(count)s:"), left),
                )
            ]
        ),
    )


def foresee_return_to_setup(facts: PhaseFacts) -> Foreseen:
    """Ballots on which there is nothing go."""
    count = sum(row.all for row in facts.ballots)
    return Foreseen(
        keep_remarks(
            [
                (True, Remark(N_("Rubric, vendors and decision rule can be changed again."))),
                (count, Remark(N_("Ballots that are taken back: %(count)s."), {"count": count})),
            ]
        )
    )


def foresee_return_to_meeting(_facts: PhaseFacts) -> Foreseen:
    """The decision is no longer final."""
    return Foreseen(
        (
            Remark(N_("The memo becomes a draft again; what was printed or sent of it stays.")),
            Remark(N_("Findings and recommendation can be changed again.")),
        )
    )


def foresee_return_from_archive(_facts: PhaseFacts) -> Foreseen:
    """It is no longer archived."""
    return Foreseen((Remark(N_("The evaluation is no longer archived.")),))


CHANGES: Mapping[tuple[Phase, Phase], Callable[[PhaseFacts], Foreseen]] = {
    (Phase.SETUP, Phase.SCORING): foresee_opening,
    (Phase.SETUP, Phase.PRACTICE): foresee_practice,
    (Phase.PRACTICE, Phase.SCORING): foresee_opening,
    (Phase.PRACTICE, Phase.SETUP): foresee_return_to_setup,
    (Phase.SCORING, Phase.MEETING): foresee_closing,
    (Phase.MEETING, Phase.DECIDED): foresee_decision,
    (Phase.DECIDED, Phase.ARCHIVED): foresee_archiving,
    (Phase.SCORING, Phase.SETUP): foresee_return_to_setup,
    (Phase.MEETING, Phase.SCORING): foresee_return_to_scoring,
    (Phase.DECIDED, Phase.MEETING): foresee_return_to_meeting,
    (Phase.ARCHIVED, Phase.DECIDED): foresee_return_from_archive,
}
