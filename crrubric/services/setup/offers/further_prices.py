"""The further prices of a vendor: training, integration, tiers, whatever is paid beside a seat."""

from collections.abc import Sequence

from crrubric.domain.actions import Action
from crrubric.domain.errors import InvalidLines
from crrubric.domain.events import Event
from crrubric.domain.results.offer_checks import LINES_NOT_SAVED, check_line, find_line_problems
from crrubric.domain.results.offers import PriceLine, write_line
from crrubric.models import Vendor
from crrubric.queries.people.access import make_not_found, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.prices import is_kept_from_prices
from crrubric.services.setup.vendors import find_vendor_for_seat
from crrubric.services.shared.journal import EntryReferences, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def make_lines_version(vendor: Vendor) -> dict[str, object]:
    """What the form of the lines lets people change."""
    return {"price_lines": vendor.price_lines}


def set_further_prices(
    actor: Actor, slug: str, vendor_id: int, lines: Sequence[PriceLine], *, seen: str | None = None
) -> Vendor:
    """The further lines of a vendor's offer, in place of those that are stored.

    Args: seen: the version that the form showed. Raises: NotFound for whom prices are kept from;
    InvalidLines with everything that is wrong, by the place of the line; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.EDIT_SETUP, slug)
        vendor = find_vendor_for_seat(session, seat, vendor_id)
        if is_kept_from_prices(session, seat):
            raise make_not_found()
        licensed = vendor.unit_price_cents is not None
        problems = list(find_line_problems(lines, licensed=licensed))
        if problems:
            raise InvalidLines(LINES_NOT_SAVED, problems)
        kept = [write_line(check_line(line)) for line in lines] or None
        old, new = make_lines_version(vendor), {"price_lines": kept}
        refuse_unseen_change(old, new, seen)
        before, after = find_changes(old, new)
        if after:
            vendor.price_lines = kept
            note_event(
                session,
                actor,
                Event.VENDOR_CHANGED,
                evaluation_id=vendor.evaluation_id,
                subject=vendor.name,
                about=EntryReferences(vendor_id=vendor.id),
                before=before,
                after=after,
            )
        return vendor
