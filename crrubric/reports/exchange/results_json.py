"""The documented JSON object of everything computed: see docs/results-json.md."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from crrubric.domain.ballots.blindness import LateChange
from crrubric.domain.meeting.ranking import AdoptedRanking
from crrubric.domain.results.basis import ComputedOrder
from crrubric.domain.results.computed import AnalyzedResults, ReviewerComparisons
from crrubric.domain.results.results import Cell, Results
from crrubric.domain.results.reviewers import ReviewerSummary
from crrubric.domain.statistics.acceptability import Acceptability
from crrubric.domain.statistics.agreement import Agreement
from crrubric.domain.statistics.intervals import BootstrapIntervals, Interval
from crrubric.domain.statistics.leaving_out import LeaveOneOutResult
from crrubric.domain.statistics.reliability import AgreementGroup
from crrubric.domain.statistics.robustness import Robustness
from crrubric.domain.statistics.scenarios import Scenario
from crrubric.domain.statistics.swing import PairSwings, Swing
from crrubric.domain.vocabulary import Answer
from crrubric.reports.exchange.tables import share_to_float, tally_row, vendor_rows

SCHEMA = "crrubric.results/2"
MANY = 10_000
ENCODER = json.JSONEncoder(allow_nan=False)
Json = dict[str, Any]
Pair = tuple[str, str]


def results_object(
    computed: AnalyzedResults,
    evaluation: Mapping[str, object],
    adopted: AdoptedRanking | None = None,
    late: Iterable[LateChange] = (),
) -> Json:
    """The object; undefined is None, and so is what names reviewers if `names` was not computed.

    Args: adopted: the order that the committee adopted, if it did; late: ballots that were changed
    after the committee had seen the ballots.
    """
    results, names = computed.results, computed.names
    return {
        "schema": SCHEMA,
        "evaluation": dict(evaluation),
        "tallies": [
            tally_row(cell) | adopted_finding_json(cell) for cell in results.cells.values()
        ],
        "vendors": vendor_rows(results),
        "reinstated": sorted({vendor for vendor, _criterion in results.lifted}),
        "lifted": lifted_json(results),
        "adopted_ranking": adopted_ranking_json(adopted, results),
        "agreement": agreement_json(computed),
        "by_criterion": groups_json(computed.reliability.criteria),
        "by_section": groups_json(computed.reliability.sections),
        "by_vendor": groups_json(computed.reliability.vendors),
        "by_stakeholder": groups_json(computed.reliability.stakeholders),
        **robustness_json(computed.robustness),
        **reviewers_json(computed, names),
        "changed_after_shown": None
        if names is None
        else [
            {
                "reviewer": row.reviewer,
                "vendor": row.vendor,
                "at": row.at.isoformat(),
                "counts": row.counts,
            }
            for row in late
        ],
    }


def adopted_finding_json(cell: Cell) -> Json:
    """What the committee adopted for a cell, beside the outcome as it is computed now."""
    adopted = cell.adopted
    return {
        "adopted": adopted.value.value if adopted else None,
        "adopted_as_computed": adopted.as_computed if adopted else None,
    }


def lifted_json(results: Results) -> Json:
    """The must-haves that the committee lifted, by vendor that it reinstated."""
    found: Json = {}
    for vendor, criterion in sorted(results.lifted):
        found.setdefault(vendor, []).append(criterion)
    return found


def adopted_ranking_json(found: AdoptedRanking | None, results: Results) -> Json | None:
    """The order that the committee adopted, beside the one that is computed now; None each for
    vendors without a rank."""
    if found is None:
        return None
    return {
        "ranks": {vendor.code: found.ranks.get(vendor.code) for vendor in results.vendors},
        "computed_ranks": {code: score.rank for code, score in results.scores.items()},
        "as_computed": found.as_computed,
        "computed_order_has_changed": found.outdated(results),
        "reason": found.reason,
        "at": found.at.isoformat(),
    }


def format_results_json(body: Mapping[str, object]) -> Iterator[str]:
    """The object as text, an element of each part a line unless there are very many."""
    between = "{\n"
    for key, value in body.items():
        yield f"{between}{encode_json(key)}: "
        between = ",\n"
        if not isinstance(value, Mapping | list) or not 0 < len(value) < MANY:
            yield encode_json(value)
        elif isinstance(value, Mapping):
            yield (
                "{\n"
                + ",\n".join(f" {encode_json(k)}: {encode_json(v)}" for k, v in value.items())
                + "}"
            )
        else:
            yield "[\n" + ",\n".join(f" {encode_json(row)}" for row in value) + "]"
    yield "\n}\n"


def encode_json(value: object) -> str:
    """JSON on one line; a number that is not one must never get here."""
    return ENCODER.encode(value)


def agreement_json(computed: AnalyzedResults) -> Json:
    """Agreement over all cells, with intervals and standard errors."""
    reliability, counts = computed.reliability, computed.counts
    said = counts[..., :4].sum(axis=(0, 1)).tolist()
    answers = (Answer.YES, Answer.NO, Answer.NOT_APPLICABLE, Answer.CANNOT_TELL)
    whole = reliability.whole
    return {
        **coefficients_json(whole),
        "mark_counts": {
            answer.value: count for answer, count in zip(answers, said, strict=True) if count
        },
        "reviewers": computed.reviewers,
        "vendors": len(computed.results.vendors),
        "criteria": len(computed.results.criteria),
        "marks_per_cell": list(whole.marks_per_cell),
        "cohen_kappa": share_to_float(reliability.cohen),
        "ac1_se_gwet": reliability.ac1_se,
        "jackknife_se": reliability.jackknife,
        "bootstrap_95": bootstrap_json(reliability.cells_drawn()),
        "bootstrap_95_vendors": bootstrap_json(reliability.vendors_drawn()),
        "undefined": dict(whole.undefined),
    }


def coefficients_json(found: Agreement) -> Json:
    """Counts and coefficients of the whole or of a part."""
    return {
        "marks": found.marks,
        "decisive_marks": found.decisive_marks,
        "cells": found.cells,
        "cells_with_two_or_more": found.pairable_cells,
        "percent_agreement": share_to_float(found.percent_agreement),
        "pooled_pair_agreement": share_to_float(found.pooled_pair_agreement),
        "unanimous_share": share_to_float(found.unanimous_share),
        "alpha": share_to_float(found.alpha),
        "ac1": share_to_float(found.ac1),
        "fleiss_kappa": share_to_float(found.fleiss_kappa),
        "fleiss_is_classic": found.fleiss_is_classic,
        "brennan_prediger": share_to_float(found.brennan_prediger),
        "prevalence_yes": share_to_float(found.prevalence_yes),
        "yes_of_marks": share_to_float(found.yes_of_marks),
    }


def groups_json(groups: Iterable[AgreementGroup]) -> Json:
    """The coefficients of each part, by code."""
    return {group.code: coefficients_json(group.agreement) for group in groups}


def bootstrap_json(found: BootstrapIntervals) -> Json:
    """Both intervals and what is needed to draw them again."""
    return {
        "alpha": interval_json(found.alpha),
        "ac1": interval_json(found.ac1),
        "resamples": found.resamples,
        "seed": found.seed,
    }


def interval_json(found: Interval) -> Json:
    """An interval; `why_not` is empty if there is one."""
    return {
        "low": found.low,
        "high": found.high,
        "undefined_resamples": found.undefined,
        "why_not": found.why_not,
    }


def robustness_json(found: Robustness) -> Json:
    """What was tried on the order, apart from what names reviewers."""
    return {
        "rank_acceptability": acceptability_json(found.around, found.uniform),
        "pairwise_majority": [
            pair_json(pair)
            | {
                "prefer_first": majority.prefer,
                "prefer_second": majority.against,
                "tied": majority.tied,
            }
            for pair, majority in found.preferences.pairs.items()
        ],
        "condorcet_winner": found.preferences.condorcet_winner,
        "swing_weights": swings_json(found.swings),
        "other_rules": scenarios_json(found.rules),
        "unresolved_either_way": scenarios_json(found.unresolved),
    }


def acceptability_json(around: Acceptability | None, uniform: Acceptability | None) -> Json | None:
    """The shares of both ways to draw weights; None with fewer than two ranked vendors."""
    if around is None or uniform is None:
        return None
    return {
        "around_weights": around.shares,
        "uniform": uniform.shares,
        "concentration": around.concentration,
        "draws": around.draws,
        "seed": around.seed,
    }


def swings_json(found: Sequence[PairSwings]) -> Json | None:
    """The first vendor against the second, and against the others; None with fewer than two."""
    if not found:
        return None
    return swing_json(found[0]) | {"others": [swing_json(other) for other in found[1:]]}


def swing_json(found: PairSwings) -> Json:
    """The tying weight of each criterion that has one, and the two smallest changes."""
    return {
        "vendors": [found.first, found.second],
        "tie_at_weight": {each.criterion: float(each.tie_at) for each in found.by_criterion},
        "smallest_relative_change": change_json(found.smallest_relative),
        "smallest_absolute_change": change_json(found.smallest_absolute),
    }


def change_json(found: Swing | None) -> Json | None:
    """One change of one weight."""
    if found is None:
        return None
    return {
        "criterion": found.criterion,
        "weight": float(found.weight),
        "tie_at": float(found.tie_at),
        "factor": share_to_float(found.factor),
    }


def scenarios_json(found: Iterable[Scenario]) -> Json:
    """The order under each change."""
    return {
        scenario.change.value: order_json(scenario.order)
        | {
            "leader_changes": scenario.leader_changes,
            "order_changes": scenario.order_changes,
        }
        for scenario in found
    }


def order_json(order: ComputedOrder) -> Json:
    """Ranks, scores and coverage by vendor."""
    return {
        "ranks": order.ranks,
        "scores": {code: share_to_float(score.value) for code, score in order.scores.items()},
        "coverage": {code: share_to_float(score.coverage) for code, score in order.scores.items()},
    }


def reviewers_json(computed: AnalyzedResults, names: ReviewerComparisons | None) -> Json:
    """What names reviewers; None each for who may not read it."""
    if names is None:
        return dict.fromkeys(
            (
                "per_reviewer",
                "leave_one_reviewer_out",
                "leave_one_reviewer_out_ranks",
                "kendall_tau_b",
                "cohen_kappa_pairs",
            )
        )
    left_out = computed.robustness.left_out
    alphas = {portrait.reviewer: portrait.alpha_without for portrait in names.portraits}
    return {
        "per_reviewer": {each.reviewer: reviewer_json(each) for each in names.portraits},
        "leave_one_reviewer_out": {
            each.reviewer: left_out_json(each) | {"alpha": share_to_float(alphas[each.reviewer])}
            for each in left_out
        },
        "leave_one_reviewer_out_ranks": {each.reviewer: each.order.ranks for each in left_out},
        "kendall_tau_b": [pair_json(pair) | {"tau_b": tau} for pair, tau in names.kendall.items()],
        "cohen_kappa_pairs": [
            pair_json(pair) | {"kappa": share_to_float(kappa)}
            for pair, kappa in names.cohen.items()
        ],
    }


def pair_json(pair: Pair) -> Json:
    """Two vendors or reviewers: any text may be a name, so no text can stand between two."""
    first, second = pair
    return {"first": first, "second": second}


def reviewer_json(found: ReviewerSummary) -> Json:
    """One reviewer beside the others."""
    yes: Fraction | None = found.yes.value
    return {
        "stakeholder": found.stakeholder.value,
        "marks": found.marks,
        "asked": found.asked,
        "yes_rate": share_to_float(yes),
        "with_majority": [found.with_all.part, found.with_all.of],
        "with_majority_of_others": [found.with_others.part, found.with_others.of],
        "alpha_without": share_to_float(found.alpha_without),
        "ac1_without": share_to_float(found.ac1_without),
    }


def left_out_json(found: LeaveOneOutResult) -> Json:
    """The result without one reviewer."""
    return order_json(found.order) | {
        "leader_changes": found.leader_changes,
        "order_changes": found.order_changes,
        "flips": [
            {
                "vendor": flip.vendor,
                "criterion": flip.criterion,
                "from": flip.before.value,
                "to": flip.after.value,
            }
            for flip in found.flips
        ],
    }
