"""The seats of a committee that can be chosen, each with the roles that it has; and for whom those
speak on them whose words are told without their names."""

from collections import Counter
from collections.abc import Iterable, Mapping

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Role, Stakeholder

SEATS: Mapping[str, frozenset[Role]] = {
    "reviewer": frozenset({Role.REVIEWER}),
    "chair": frozenset({Role.CHAIR}),
    "chair-reviewer": frozenset({Role.CHAIR, Role.REVIEWER}),
    "observer": frozenset({Role.OBSERVER}),
}
SEAT_NAMES: Mapping[str, str] = {
    "reviewer": N_("Reviewer: scores the vendors"),
    "chair": N_("Chair: leads, does not score"),
    "chair-reviewer": N_("Chair and reviewer"),
    "observer": N_("Observer: reads the results"),
}


def find_told_groups(people: Iterable[Stakeholder | None]) -> frozenset[Stakeholder]:
    """The groups that are named beside words that people wrote.

    None for which one person alone speaks: it would be a name. Nor may one person be left of whom
    no group is named, which would be a name as well: then the smallest other group goes with them.
    Args: people: the group of each person who could have written the words; None: not known.
    """
    counts = Counter(people)
    told = {group for group, count in counts.items() if group is not None and count > 1}
    if told and counts.total() - sum(counts[group] for group in told) == 1:
        order = list(Stakeholder)
        told.remove(min(told, key=lambda group: (counts[group], order.index(group))))
    return frozenset(told)
