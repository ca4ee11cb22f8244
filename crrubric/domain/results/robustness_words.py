"""Robustness in plain sentences: what would change who is first, and what would not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.results import Results
from crrubric.domain.statistics.robustness import Robustness
from crrubric.domain.statistics.scenarios import Scenario, ScenarioChange
from crrubric.domain.statistics.swing import PairSwings, Swing
from crrubric.domain.translation import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessText:
    """Says what was found. names: whether reviewers may be named, else they are counted."""

    words: ValueFormatter
    found: Robustness
    vendors: Mapping[str, str]  # code -> name
    criteria: Mapping[str, str]  # code -> title
    names: bool

    def sentences(self) -> list[str]:
        """A few sentences, each true by itself; one only if there is nothing to test."""
        if self.found.nothing_to_test:
            return [self.words(self.found.nothing_to_test)]
        parts = (
            self.rules(),
            self.reviewers(),
            self.weights(),
            self.draws(),
            self.unresolved(),
            self.preferences(),
        )
        return [sentence for part in parts for sentence in part]

    def steady(self) -> str:
        """One sentence if no other rule and no unresolved cell changes who is first; else none."""
        tried = (*self.found.rules, *self.found.unresolved)
        if len(self.found.ranked) < 2 or any(each.leader_changes for each in tried):
            return ""
        return next(self.rules(), "")

    @property
    def leaders(self) -> str:
        """Who is first by the official result."""
        return self.named(self.found.official.leaders)

    def named(self, codes: Iterable[str]) -> str:
        """Vendors by name, in the order of their codes."""
        return self.words.listed([self.vendors[code] for code in sorted(codes)])

    def would_lead(self, change: str, leaders: frozenset[str]) -> str:
        """Who would be first under a change that is told as the begin of a sentence."""
        if not leaders:
            return self.words(N_("%(change)s no vendor would be ranked."), change=change)
        if len(leaders) > 1:
            return self.words(
                N_("%(change)s %(vendors)s would share the first place."),
                change=change,
                vendors=self.named(leaders),
            )
        return self.words(
            N_("%(change)s the first place would go to %(vendors)s."),
            change=change,
            vendors=self.named(leaders),
        )

    def rules(self) -> Iterator[str]:
        """Other rules, and no must-haves."""
        stays = [self.rule(s) for s in self.found.rules if not s.leader_changes]
        changes = [s for s in self.found.rules if s.leader_changes]
        if stays:
            text = (
                N_(
                    "The first place also stays with %(vendors)s under other rules, tried one at a"
                    " time: %(rules)s."
                )
                if changes
                else N_(
                    "The first place stays with %(vendors)s under every other rule tried:"
                    " %(rules)s."
                )
            )
            yield self.words(text, rules=self.words.listed(stays), vendors=self.leaders)
        for scenario in changes:
            change = (
                self.words(N_("Without must-haves,"))
                if scenario.change is ScenarioChange.NO_MUST_HAVES
                else self.words(N_("With %(rule)s,"), rule=self.rule(scenario))
            )
            yield self.would_lead(change, scenario.order.leaders)

    def rule(self, scenario: Scenario) -> str:
        return self.words(scenario.change.label)

    def reviewers(self) -> Iterator[str]:
        """Each reviewer left out in turn."""
        words, left_out = self.words, self.found.left_out
        if len(left_out) < 2:
            return
        other_leader = [each for each in left_out if each.leader_changes]
        other_order = [each for each in left_out if each.order_changes]
        if not other_order:
            yield words(N_("Leaving out any one reviewer does not change the order."))
        elif not other_leader:
            yield words(
                N_(
                    "Leaving out any one reviewer does not change who is first;"
                    " for %(count)s of %(of)s reviewers the order further down would change."
                ),
                count=len(other_order),
                of=len(left_out),
            )
        elif self.names:
            for each in other_leader:
                change = words(N_("Without %(reviewer)s,"), reviewer=each.reviewer)
                yield self.would_lead(change, each.order.leaders)
        else:
            yield words(
                N_(
                    "Leaving out one reviewer would change who is first"
                    " for %(count)s of %(of)s reviewers."
                ),
                count=len(other_leader),
                of=len(left_out),
            )

    def weights(self) -> Iterator[str]:
        """The smallest change of one weight that ties the first with another."""
        if len(self.found.official.leaders) > 1:
            yield self.words(N_("%(vendors)s share the first place."), vendors=self.leaders)
            return
        smallest = self.smallest_swing()
        if smallest is None:
            if self.found.swings:
                yield self.words(
                    N_("No change of a single weight would tie %(vendors)s with another vendor."),
                    vendors=self.leaders,
                )
            return
        swings, swing = smallest
        yield self.words(
            N_(
                "Changing the weight of “%(criterion)s” from %(weight)s to %(tie)s would tie"
                " %(first)s with %(second)s; no smaller change of one weight does."
            ),
            criterion=self.criteria[swing.criterion],
            weight=self.words.number(swing.weight),
            tie=self.words.number(swing.tie_at),
            first=self.vendors[swings.first],
            second=self.vendors[swings.second],
        )

    def smallest_swing(self) -> tuple[PairSwings, Swing] | None:
        """The swing that moves a weight least, against any other vendor; also from nothing."""
        candidates = [
            (swings, swing)
            for swings in self.found.swings
            if (swing := swings.smallest_absolute) is not None
        ]
        return min(candidates, key=lambda pair: pair[1].change, default=None)

    def draws(self) -> Iterator[str]:
        """Weights drawn at random."""
        around, uniform = self.found.around, self.found.uniform
        if around is None or uniform is None:
            return
        first = self.found.ranked[0]
        yield self.words(
            N_(
                "With random weights close to the official ones, %(vendor)s is first in "
                "%(around)s of the cases; with completely random weights, in %(uniform)s."
            ),
            vendor=self.vendors[first],
            around=self.words.percent(Fraction(around.first(first))),
            uniform=self.words.percent(Fraction(uniform.first(first))),
        )
        if around.shared or uniform.shared:
            yield self.words(
                N_(
                    "In %(around)s of the cases close to the official weights, and in %(uniform)s "
                    "of the others, vendors share the first place: each of them counts with its "
                    "part."
                ),
                around=self.words.percent(Fraction(around.shared)),
                uniform=self.words.percent(Fraction(uniform.shared)),
            )

    def unresolved(self) -> Iterator[str]:
        """Unresolved cells going either way."""
        worst = [s for s in self.found.unresolved if s.change is ScenarioChange.AGAINST_LEADER]
        if not worst:
            yield self.words(N_("Every item that counts is settled."))
        elif worst[0].leader_changes:
            change = self.words(
                N_("If everything unresolved went against %(vendors)s,"),
                vendors=self.vendors[worst[0].against],
            )
            yield self.would_lead(change, worst[0].order.leaders)
        else:
            yield self.words(
                N_(
                    "However the unresolved items are settled, the first place stays with "
                    "%(vendors)s."
                ),
                vendors=self.leaders,
            )

    def preferences(self) -> Iterator[str]:
        """What more reviewers prefer in pairs, where it agrees or disagrees with the scores."""
        if len(self.found.official.leaders) != 1 or len(self.found.left_out) < 2:
            return
        first = self.found.ranked[0]
        if self.found.preferences.condorcet_winner == first:
            yield self.words(
                N_("Compared in pairs, more reviewers prefer %(vendor)s to every other vendor."),
                vendor=self.vendors[first],
            )
        for other in self.found.ranked[1:]:
            pair = self.found.preferences.between(first, other)
            if pair.against > pair.prefer:
                yield self.words(
                    N_(
                        "More reviewers prefer %(other)s to %(vendor)s (%(more)s to %(fewer)s),"
                        " although the score of %(other)s is lower."
                    ),
                    other=self.vendors[other],
                    vendor=self.vendors[first],
                    more=pair.against,
                    fewer=pair.prefer,
                )


def describe_robustness(
    words: ValueFormatter, found: Robustness, results: Results, *, names: bool
) -> RobustnessText:
    """The words for the robustness of these results."""
    return RobustnessText(
        words=words,
        found=found,
        vendors={vendor.code: vendor.name for vendor in results.vendors},
        criteria={row.code: row.title for row in results.criteria},
        names=names,
    )
