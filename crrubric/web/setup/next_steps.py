"""What comes next in the set-up, on pages at which one step is done."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.setup.lifecycle import list_phase_problems
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.evaluations import load_readiness


@dataclass(frozen=True, slots=True)
class NextStep:
    """The link to what is to be done next, as it is named; page: its endpoint."""

    label: str
    url: str
    page: str


def find_next_step(seat: Seat) -> NextStep | None:
    """The vendors, then the committee, then scoring, for whoever sets up; else nothing."""
    phase = seat.evaluation.phase
    sets_up = seat.may(Action.EDIT_SETUP) and seat.may(Action.CHANGE_PHASE)
    if phase is not Phase.SETUP or not sets_up:
        return None
    facts = load_readiness(db.session(), seat.evaluation.id)
    if not facts.vendors:
        if seat.evaluation.in_place:
            return make_step(seat, _("Add a vendor"), "vendors.show_new_vendor_form")
        return make_step(seat, _("Add several vendors"), "several.show_several_vendors")
    if not facts.reviewers:
        return make_step(seat, _("Invite several people"), "several.show_several_people")
    if list_phase_problems(phase, Phase.SCORING, facts):
        return None
    return make_step(seat, _("Open scoring"), "evaluations.show_phase_change")


def make_step(seat: Seat, label: str, page: str) -> NextStep:
    """The link to a page of the evaluation; without more said, a phase is the usual next one."""
    return NextStep(label, url_for(page, slug=seat.evaluation.slug), page)
