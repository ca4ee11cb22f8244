"""What the other acts of the set-up will do: removing, taking out, ending a practice round."""

from collections.abc import Iterable
from dataclasses import dataclass

from crrubric.domain import limits
from crrubric.domain.foreseen import Foreseen, Remark, keep_remarks, make_list_remark
from crrubric.domain.translation import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """Of a member who is to be removed, for the seat of who does it.

    ballots, submitted: of vendors that the reader may know of; thin: criteria that would have too
    few reviewers left.
    """

    is_reviewer: bool
    is_chair: bool
    invited: bool
    ballots: int = 0
    submitted: int = 0
    reviewers_left: int = 0
    thin: tuple[str, ...] = ()


def foresee_member_removal(facts: MemberFacts) -> Foreseen:
    """Somebody leaves the committee."""
    return Foreseen(
        keep_remarks(
            [
                (True, Remark(N_("Their next request is refused, and they see nothing any more."))),
                (
                    facts.ballots,
                    Remark(
                        N_(
                            "What they marked stays in the record and no longer counts. Their"
                            " ballots: %(count)s, of them submitted: %(submitted)s."
                        ),
                        {"count": facts.ballots, "submitted": facts.submitted},
                    ),
                ),
                (facts.invited, Remark(N_("Their invitation has not been used yet."))),
                (
                    facts.is_reviewer,
                    Remark(
                        N_("Reviewers who are left: %(count)s."), {"count": facts.reviewers_left}
                    ),
                ),
                (True, Remark(N_("The memo names who left the committee, and when."))),
                (True, Remark(N_("Invite them again, with the same address, to undo it."))),
            ]
        ),
        keep_remarks(
            [
                (facts.is_chair, Remark(N_("They chair this evaluation."))),
                (
                    facts.thin,
                    make_list_remark(
                        N_(
                            "Without them, these criteria have fewer reviewers than the decision"
                            " rule asks for, %(count)s:"
                        ),
                        facts.thin,
                    ),
                ),
            ]
        ),
    )


def foresee_evaluation_deletion(
    *, vendors: Iterable[str], members: Iterable[str], criteria: int
) -> Foreseen:
    """The evaluation goes, before anybody scored in it. Args: members: the others on it."""
    companies, people = tuple(vendors), tuple(members)
    return Foreseen(
        keep_remarks(
            [
                (
                    True,
                    Remark(
                        N_(
                            "The evaluation disappears for everybody, with its rubric (%(count)s"
                            " criteria). It can’t be brought back here."
                        ),
                        {"count": criteria},
                    ),
                ),
                (
                    companies,
                    make_list_remark(N_("Vendors that disappear, %(count)s:"), companies),
                ),
                (
                    people,
                    make_list_remark(
                        N_(
                            "People who lose their seat, %(count)s. Nobody tells them: mails that"
                            " wait are not sent. Their accounts stay."
                        ),
                        people,
                    ),
                ),
                (
                    True,
                    Remark(
                        N_(
                            "Its journal stays in the database, with who deleted the evaluation"
                            " and when. The title is free for another evaluation."
                        )
                    ),
                ),
            ]
        )
    )


def foresee_vendor_removal(*, files: int, limited: Iterable[str]) -> Foreseen:
    """A vendor goes from the list, before ballots open.

    Args: limited: reviewers who are to mark only some vendors, this one among them.
    """
    names = tuple(limited)
    return Foreseen(
        keep_remarks(
            [
                (True, Remark(N_("The vendor is deleted with everything that was typed of it."))),
                (files, Remark(N_("Files that are deleted with it: %(count)s."), {"count": files})),
                (
                    names,
                    make_list_remark(
                        N_("It goes from what these reviewers are to mark, %(count)s:"), names
                    ),
                ),
                (True, Remark(N_("That can’t be undone; the vendor can be added anew."))),
            ]
        )
    )


def foresee_section_removal(criteria: Iterable[str]) -> Foreseen:
    """A section goes from the rubric, before ballots open. Args: criteria: also those left out."""
    names = tuple(criteria)
    if not names:
        return Foreseen(
            (Remark(N_("The section disappears. There is no criterion in it; it can be added.")),)
        )
    return Foreseen(
        (
            make_list_remark(
                N_("The section disappears. Its criteria go where you say, %(count)s:"), names
            ),
            Remark(N_("They keep their words, weights and must-haves, and who is to mark them.")),
        )
    )


def foresee_assignment_by_lead(
    changed: Iterable[str], details: Iterable[str], *, thin: Iterable[str]
) -> Foreseen:
    """Experts are limited to their sections.

    Args: changed, details: reviewers with another assignment than now, and what each is to mark
    then; thin: criteria that would have fewer reviewers than the rule asks for, and have them now.
    """
    names, few = tuple(changed), tuple(thin)
    if not names:
        return Foreseen(())
    return Foreseen(
        (
            make_list_remark(
                N_("Reviewers whose ballots change, with the criteria they then mark, %(count)s:"),
                names,
                details,
            ),
            Remark(N_("Everybody else goes on marking what they mark now.")),
            Remark(N_("You can change it again for each reviewer.")),
        ),
        keep_remarks(
            [
                (
                    few,
                    make_list_remark(
                        N_(
                            "Then these criteria have fewer reviewers than the decision rule asks"
                            " for, %(count)s:"
                        ),
                        few,
                    ),
                )
            ]
        ),
    )


def foresee_selection_change(
    *, out: bool, told: Iterable[str], ballots: int, submitted: int
) -> Foreseen:
    """A vendor leaves the selection, or comes back. Args: told: who has a ballot for it."""
    counts = {"count": ballots, "submitted": submitted}
    names = tuple(told)
    effects = (
        (
            Remark(N_("It is no longer marked or counted; what was marked stays in the record.")),
            Remark(N_("Its ballots: %(count)s, of them submitted: %(submitted)s."), counts),
            Remark(N_("You can take it back in.")),
        )
        if out
        else (
            Remark(N_("Its ballots count again, with everything that was marked.")),
            Remark(N_("Its ballots: %(count)s, of them submitted: %(submitted)s."), counts),
        )
    )
    return Foreseen(
        (*effects, make_list_remark(N_("Notified of it, %(count)s:"), names)) if names else effects
    )


def foresee_practice_end(*, finished: int, reviewers: int, told: Iterable[str]) -> Foreseen:
    """All answers are shown. Args: finished: who said that they have practiced, of `reviewers`."""
    return Foreseen(
        (
            Remark(N_("The practice marks are locked, for everybody.")),
            Remark(
                N_(
                    "Everybody sees at the same time how the committee understood each criterion:"
                    " counts, and notes without names. That can’t be undone."
                )
            ),
            make_list_remark(N_("Notified of it, %(count)s:"), told),
        ),
        keep_remarks(
            [
                (
                    finished < reviewers,
                    Remark(
                        N_("Reviewers who have not finished yet: %(count)s of %(all)s."),
                        {"count": reviewers - finished, "all": reviewers},
                    ),
                )
            ]
        ),
    )


def foresee_practice_restart(*, reviewers: int) -> Foreseen:
    """Everybody practices anew."""
    return Foreseen(
        (
            Remark(
                N_(
                    "All practice marks and their notes are deleted, and what was seen of them"
                    " goes. That can’t be undone: save or print the page first if you need it."
                )
            ),
            Remark(
                N_("Reviewers who begin with an empty ballot: %(count)s."), {"count": reviewers}
            ),
        )
    )


def foresee_new_links(names: Iterable[str], *, mailed: bool) -> Foreseen:
    """Everybody who has not come yet gets a new invitation link. Args: mailed: by e-mail, too."""
    return Foreseen(
        keep_remarks(
            [
                (True, make_list_remark(N_("People who get a new link: %(count)s."), names)),
                (True, Remark(N_("Links that they have from before stop working."))),
                (
                    True,
                    Remark(
                        N_("Each new link works once, for %(days)s days."),
                        {"days": limits.INVITE_DAYS},
                    ),
                ),
                (mailed, Remark(N_("Each of them is sent the new link by e-mail."))),
                (True, Remark(N_("The links are shown to you once, to be copied."))),
            ]
        )
    )
