"""What else the random people do: they type what vendors ask for, and for how many learners."""

from dataclasses import replace

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, InvalidLines, NotFound
from crrubric.domain.results.offers import PriceLine, write_line
from crrubric.domain.results.priced_seats import SeatFacts
from crrubric.domain.vocabulary import PriceKind, PriceUnit
from crrubric.services.planning.seats import serialize_seats, set_seats
from crrubric.services.setup.offers.further_prices import set_further_prices
from tests.machine.frame import NUMBER, Frame, act

TRAINING = PriceLine(
    kind=PriceKind.TRAINING, unit_cents=95_000, unit=PriceUnit.DISTRICT, once=True, note="Two days"
)
OTHER = PriceLine(kind=PriceKind.OTHER, unit_cents=1_200, unit=PriceUnit.LEARNER, rise=350)
TIER = PriceLine(kind=PriceKind.TIER, unit_cents=900, quantity=50)
# the last is wrong whatever the license costs
OFFERS = [[], [TRAINING], [OTHER, TIER, TRAINING], [OTHER, TIER, TIER]]
# (low, high, at once, note, fund); the last are wrong
SEATS = [(None, None, None, "", ""), (80, 120, 40, "From a list", ""),
         (None, 90, None, "", "Title I"),
         (90, 80, None, "", ""), (None, None, 40, "", "")]  # fmt: skip


class Offers(Frame):
    """One action a service."""

    @act(Action.EDIT_SETUP, vendor=NUMBER, lines=OFFERS)
    def set_further_prices(self, who, vendor, lines):
        name, key = self.person(who, Action.EDIT_SETUP), self.picked("vendors", vendor)
        wanted = [write_line(line) for line in lines] or None
        gone = self.shut_out(name, key) or key not in self.model.vendors
        done = self.tried(
            self.refused(name, Action.EDIT_SETUP)
            or ((gone or self.is_to_know_no_price(name)) and NotFound)
            or (lines == OFFERS[-1] and InvalidLines),
            lambda: set_further_prices(self.people[name], self.slug, key, lines),
            idle=not gone and self.model.vendors[key]["price_lines"] == wanted,
        )
        if done:
            self.model.vendors[key]["price_lines"] = wanted

    @act(Action.SET_SEATS, typed=SEATS)
    def set_seats(self, who, typed):
        name, (low, high, at_once, note, fund) = self.person(who, Action.SET_SEATS), typed
        facts = SeatFacts(low=low, high=high, at_once=at_once, note=note, fund=fund)
        wanted = serialize_seats(replace(facts, low=high if low is None else low))
        done = self.tried(
            (typed in SEATS[3:] and Invalid)
            or self.refused(name, Action.SET_SEATS)
            or self.aims(name),
            lambda: set_seats(self.people[name], self.slug, facts),
            idle=wanted.items() <= self.model.facts.items(),
        )
        if done:
            self.model.facts.update(wanted)
