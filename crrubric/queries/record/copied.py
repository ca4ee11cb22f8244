"""The entries of an evaluation's journal, as a copy that is handed out tells them."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from crrubric.domain.errors import Invalid
from crrubric.domain.event_fields import Kinds
from crrubric.domain.record.chain import ChainLink
from crrubric.domain.record.copies import tells_price, withhold_entry, withhold_texts
from crrubric.domain.translation import N_
from crrubric.models import Evaluation
from crrubric.queries.record.chains import iterate_entries
from crrubric.queries.record.journal import UNTOLD


def iterate_copied_links(
    session: Session, evaluation: Evaluation, kinds: Kinds
) -> Iterator[ChainLink]:
    """The entries of an evaluation without texts of these kinds, without who asked a vendor what,
    and without prices while they are sealed. Raises: Invalid."""
    for entry in iterate_entries(session, evaluation.id):
        if entry.told is None:
            message = N_("Entry %(number)s can’t be read: “crrubric verify” says what is wrong.")
            raise Invalid(message, number=entry.number)
        asks = entry.link.content is not None and entry.link.content["event"] in UNTOLD
        if asks or (evaluation.hides_prices and tells_price(entry.link)):
            yield withhold_entry(entry.link)
        else:
            yield withhold_texts(entry.link, kinds)
