"""The seats of a committee that can be chosen, each with the roles that it has."""

from collections.abc import Mapping

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Role

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
