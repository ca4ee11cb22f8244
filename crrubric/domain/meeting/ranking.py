"""The order that the committee adopts: the computed one, or another one with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crrubric.domain.errors import Invalid
from crrubric.domain.results.results import Results, ScoredVendor
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Gate

Ranks = Mapping[str, int]  # by vendor code; who is not ranked is not in it


@dataclass(frozen=True, slots=True)
class AdoptedRanking:
    """The order that the committee adopted, with competition ranks (1, 2, 2, 4).

    as_computed: it was the computed order then; otherwise `reason` says why it is another one.
    """

    ranks: Ranks
    as_computed: bool
    reason: str
    at: datetime

    def outdated(self, results: Results) -> bool:
        """Whether it was adopted as computed, and another order is computed by now."""
        return self.as_computed and dict(self.ranks) != computed_ranks(results)

    def ordered(self, results: Results) -> tuple[ScoredVendor, ...]:
        """All vendors, those with a rank first; who shares one, or has none, as computed."""
        last = len(results.vendors) + 1
        return tuple(
            sorted(results.ranking(), key=lambda vendor: self.ranks.get(vendor.code, last))
        )

    def ruled_out(self, results: Results) -> tuple[ScoredVendor, ...]:
        """Vendors with a rank that are not eligible by now."""
        return tuple(
            vendor
            for vendor in self.ordered(results)
            if vendor.code in self.ranks and results.scores[vendor.code].gate is Gate.FAIL
        )


@dataclass(frozen=True, slots=True)
class RankingInput:
    """The order as it was typed. ranks: None adopts the computed one.

    shown: `encode_order` of the results that the page showed.
    """

    ranks: Ranks | None = None
    reason: str = ""
    shown: str = ""


def computed_ranks(results: Results) -> dict[str, int]:
    """The computed ranks of the vendors that have one."""
    return {code: score.rank for code, score in results.scores.items() if score.rank is not None}


def encode_order(results: Results) -> str:
    """The computed order as a short text, to notice that it is another one by now."""
    return " ".join(f"{code}:{rank}" for code, rank in sorted(computed_ranks(results).items()))


def rank_field(code: str) -> str:
    """How a refusal names the place where a vendor's rank was typed."""
    return f"rank of {code}"


def refuse_ruled_out(results: Results, code: str | None, field: str) -> None:
    """Raise Invalid if there is a vendor that is not eligible, saying what it does not meet, and
    what of that the committee has lifted."""
    if code is None:
        return
    score = results.scores[code]
    if score.gate is not Gate.FAIL:
        return
    text = N_(
        "%(vendor)s is not eligible: it does not meet %(what)s. Reinstate it first, with a reason."
    )
    if score.lifted:
        text = N_(
            "%(vendor)s is not eligible: the committee has lifted %(lifted)s, but not %(what)s."
            " Reinstate it for that as well, with a reason."
        )
    raise Invalid(
        text,
        vendor=vendor_name_of(results, code),
        what=join_criterion_titles(results, score.barring),
        lifted=join_criterion_titles(results, score.lifted),
        field=field,
    )


def validate_ranking(text: RankingInput, results: Results, recommended: str | None) -> RankingInput:
    """The ranking with its ranks filled in; those of the computed order are taken from it.

    Args: recommended: code of the recommended vendor, None if there is none.
    Raises: Invalid naming the field: the computed order is another one than was shown, the ranks
    have a hole or hold who is not eligible, or leave out who is recommended; no reason.
    """
    computed = computed_ranks(results)
    if text.shown != encode_order(results):
        raise Invalid(
            N_("The computed order has changed since you opened the page: look at it again."),
            field="ranking",
        )
    ranks = dict(computed if text.ranks is None else text.ranks)
    if text.ranks is not None:
        _check_ranks(ranks, results)
    if ranks and recommended is not None and recommended not in ranks:
        raise _missing_rank_error(results, recommended, by_computing=text.ranks is None)
    if ranks != computed and not text.reason:
        raise Invalid(
            N_("Say why the committee adopts another order: the memo prints it."),
            field="ranking_reason",
        )
    return RankingInput(ranks, text.reason, text.shown)


def _check_ranks(ranks: dict[str, int], results: Results) -> None:
    """Competition ranks without a hole, of vendors that are eligible. Raises: Invalid."""
    if not ranks:
        raise Invalid(N_("Give at least one vendor a rank."), field="ranking")
    for code in ranks:
        refuse_ruled_out(results, code, rank_field(code))
    placed = sorted(ranks.items(), key=lambda pair: pair[1])
    before = 0
    for place, (code, rank) in enumerate(placed, start=1):
        if rank not in (place, before) or rank < 1:
            raise Invalid(
                N_(
                    "%(vendor)s: the next rank is %(next)s, not %(rank)s."
                    " Vendors that share a rank use up those after it: 1, 2, 2, 4."
                ),
                vendor=vendor_name_of(results, code),
                next=place,
                rank=rank,
                field=rank_field(code),
            )
        before = rank


def _missing_rank_error(results: Results, code: str, *, by_computing: bool) -> Invalid:
    if by_computing:
        return Invalid(
            N_(
                "%(vendor)s is recommended, but has no rank in the computed order:"
                " adopt another order, with a reason."
            ),
            vendor=vendor_name_of(results, code),
            field="ranking",
        )
    return Invalid(
        N_("%(vendor)s is recommended: give it a rank."),
        vendor=vendor_name_of(results, code),
        field=rank_field(code),
    )


def vendor_name_of(results: Results, code: str) -> str:
    """The vendor's name."""
    return next(vendor.name for vendor in results.vendors if vendor.code == code)


def join_criterion_titles(results: Results, codes: tuple[str, ...]) -> str:
    """The titles of criteria."""
    titles = {criterion.code: criterion.title for criterion in results.criteria}
    return ", ".join(titles[code] for code in codes)
