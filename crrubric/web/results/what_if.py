"""What if: how far the order can be trusted, and other weights, rules, committees to try."""

from collections.abc import Mapping
from fractions import Fraction
from functools import partial

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.basis import ResultBasis
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.robustness_words import describe_robustness
from crrubric.domain.results.what_if import Trial, TrialResult, run_trial
from crrubric.domain.statistics.acceptability import (
    CONCENTRATION,
    CONCENTRATION_LEAST,
    CONCENTRATION_MOST,
)
from crrubric.domain.statistics.robustness import robustness_of
from crrubric.domain.vocabulary import RuleKind
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import Matrix, read_matrix_for_seat
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.queries.shared.reading import end_reading
from crrubric.web.results.forms import TrialForm, WeightTrialForm
from crrubric.web.results.in_parts import VENDORS_AT_ONCE, list_part_links, read_part_begin
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page, take_turns
from crrubric.web.shared.words import format_short_number, translate_error

bp = Blueprint("what_if", __name__, url_prefix="/evaluations/<slug>")


@bp.get("/what-if")
@require_permission(Action.TRY_WHAT_IF)
@take_turns
def show_what_if(seat: Seat) -> ResponseReturnValue:
    """Plain sentences, a form to try changes, the trial beside the official result, charts."""
    from crrubric.reports.results import robustness_figures as figures  # draws with plotly: heavy

    read = read_matrix_for_seat(db.session(), seat, current_language())
    end_reading(db.session())
    basis = read.basis
    asked = "kind" in request.args
    form, rows = make_trial_form(basis, asked=asked), make_weight_forms(read, asked=asked)
    good = not asked or all(
        [form.validate(), *(row.validate() for row in rows.values() if row.weight.raw_data)]
    )
    trial = read_trial(form, rows) if asked and good else None
    tried = run_typed_trial(basis, trial, form, rows) if trial else None
    good = good and not (form.errors or list_wrong_weights(rows, read))
    concentration = (form.concentration.data if good else None) or CONCENTRATION
    usual = concentration == CONCENTRATION
    found = (
        read.robustness if usual else robustness_of(basis, read.counts, concentration=concentration)
    )

    ranked = read.results.ranking()
    begin = read_part_begin(request.args, len(ranked), VENDORS_AT_ONCE)
    shown = ranked[begin : begin + VENDORS_AT_ONCE]

    codes = {row.code for row in shown}
    draw = partial(figures.draw_robustness_charts, found, read.results, _, codes)
    said = describe_robustness(ValueFormatter(_), found, read.results, names=True)
    body = render_page(
        "results/what_if.html",
        seat,
        results=read.results,
        withheld=read.withheld,
        form=form,
        rows=rows,
        wrong=list_wrong_weights(rows, read),
        tried=tried,
        changes=list_trial_changes(basis, trial) if trial else [],
        verdict=describe_trial_leaders(tried, read) if tried else "",
        weights_open=any(row.errors for row in rows.values())
        or bool(trial and has_other_weights(basis, trial)),
        least=CONCENTRATION_LEAST,
        most=CONCENTRATION_MOST,
        found=found,
        sentences=said.sentences(),
        charts=read.computed.derive(("charts of what if", begin), draw) if usual else draw(),
        shown=shown,
        codes=codes,
        links=list_part_links(
            url_for("what_if.show_what_if", slug=seat.evaluation.slug),
            len(ranked),
            begin,
            VENDORS_AT_ONCE,
            "#places",
        ),
    )
    return body, 200 if good else 422


def make_trial_form(basis: ResultBasis, *, asked: bool) -> TrialForm:
    """The form as it was sent, or with what is official."""
    rule = basis.rule
    form = TrialForm(
        request.args if asked else None,
        data={
            "kind": rule.kind,
            "over": rule.threshold.numerator,
            "under": rule.threshold.denominator,
            "quorum": rule.quorum,
            "concentration": CONCENTRATION,
        },
    )
    form.offer([reviewer.name for reviewer in basis.ballots.reviewers])
    return form


def make_weight_forms(read: Matrix, *, asked: bool) -> dict[str, WeightTrialForm]:
    """Weight and must-have of each criterion, by code."""
    found = {}
    for row in read.results.criteria:
        prefix = f"c{read.criteria[row.code].id}"
        sent = asked and f"{prefix}-weight" in request.args  # else what is official stays
        data = {"weight": read.criteria[row.code].weight, "must_have": row.must_have}
        form = WeightTrialForm(request.args if sent else None, prefix=prefix, data=data)
        found[row.code] = form
    return found


def read_trial(form: TrialForm, rows: Mapping[str, WeightTrialForm]) -> Trial | None:
    """The trial that was sent; None if its rule can't be, with the reason at its field."""
    try:
        threshold = Fraction(form.over.data or 2, form.under.data or 3)
        rule = DecisionRule(form.kind.data, threshold, form.quorum.data)
    except Invalid as error:
        attach_error(form, error)
        return None
    return Trial(
        rule,
        frozenset(code for code, row in rows.items() if row.must_have.data),
        {code: Fraction(row.weight.data or 0) for code, row in rows.items()},
        form.without.data or "",
    )


def run_typed_trial(
    basis: ResultBasis, trial: Trial, form: TrialForm, rows: Mapping[str, WeightTrialForm]
) -> TrialResult | None:
    """What the trial gives; None if it can't be tried, with the reason at its field.

    What is wrong with all weights together stands at the first of them.
    """
    try:
        return run_trial(basis, trial)
    except Invalid as error:
        if error.field == "weights" and rows:
            next(iter(rows.values())).weight.errors = [translate_error(error)]
        else:
            attach_error(form, error)
        return None


def list_wrong_weights(rows: Mapping[str, WeightTrialForm], read: Matrix) -> list[tuple[str, str]]:
    """What is wrong with weights, each with its criterion, and the control to which it leads."""
    return [
        (
            row.weight.id,
            f"{translate_rubric_text(read.criteria[code], 'title', current_language())}: {error}",
        )
        for code, row in rows.items()
        for error in row.weight.errors
    ]


def has_other_weights(basis: ResultBasis, trial: Trial) -> bool:
    """Whether a weight or a must-have is another one."""
    return any(
        trial.weights[row.code] != row.weight or (row.code in trial.must_haves) != row.must_have
        for row in basis.criteria
    )


def list_trial_changes(basis: ResultBasis, trial: Trial) -> list[str]:
    """What the trial changes, a sentence each."""
    found = []
    if trial.rule != basis.rule:
        found.append(_("Rule: %(rule)s", rule=format_rule(trial.rule)))
    if trial.without:
        found.append(_("Without %(reviewer)s", reviewer=trial.without))
    for row in basis.criteria:
        now = trial.weights[row.code]
        if now != row.weight:
            found.append(
                _(
                    "Weight of %(title)s: %(was)s → %(now)s",
                    title=row.title,
                    was=format_short_number(row.weight),
                    now=format_short_number(now),
                )
            )
        if row.code in trial.must_haves and not row.must_have:
            found.append(_("%(title)s is a must-have", title=row.title))
        if row.must_have and row.code not in trial.must_haves:
            found.append(_("%(title)s is no must-have", title=row.title))
    return found


def format_rule(rule: DecisionRule) -> str:
    """A rule with its threshold and quorum."""
    words = str(_(rule.kind.label))
    if rule.kind is RuleKind.SUPERMAJORITY:
        over, under = rule.threshold.numerator, rule.threshold.denominator
        words = _("%(rule)s, %(over)s of %(under)s", rule=words, over=over, under=under)
    if rule.quorum is not None:
        words = _("%(rule)s, quorum %(quorum)s", rule=words, quorum=rule.quorum)
    return str(words)


def describe_trial_leaders(tried: TrialResult, read: Matrix) -> str:
    """Who would be first, in one sentence."""
    names = {vendor.code: vendor.name for vendor in read.results.vendors}
    was, now = (
        ValueFormatter(_).listed([names[code] for code in sorted(order.leaders)])
        for order in (tried.official, tried.order)
    )
    if not now:
        return str(_("No vendor would be ranked."))
    if len(tried.order.leaders) > 1:
        return describe_tie(now, stays=was == now, moved=bool(tried.moved))
    if was == now and not tried.moved:
        return str(_("The order stays as it is; %(vendors)s first.", vendors=now))
    if was == now:
        return str(_("The first place stays with %(vendors)s; others move.", vendors=now))
    return str(_("The first place would go to %(vendors)s.", vendors=now))


def describe_tie(vendors: str, *, stays: bool, moved: bool) -> str:
    """Who would be first together. Args: stays: as they are now; moved: others change places."""
    if stays and moved:
        return str(_("%(vendors)s still share the first place; others move.", vendors=vendors))
    if stays:
        text = _("The order stays as it is; %(vendors)s share the first place.", vendors=vendors)
        return str(text)
    return str(_("%(vendors)s would share the first place.", vendors=vendors))
