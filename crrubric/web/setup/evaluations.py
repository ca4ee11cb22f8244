"""Overview with the set-up checklist, facts, decision rule, phases, progress."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from itertools import groupby

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady, Stale
from crrubric.domain.events import Event
from crrubric.domain.people.tasks import Task, TaskKind
from crrubric.domain.setup.closing import has_ended
from crrubric.domain.setup.lifecycle import (
    TRANSITIONS,
    is_step_back,
    list_phase_problems,
    make_phase_refusal,
    next_phase,
    next_phases,
    previous_phase,
)
from crrubric.domain.vocabulary import BallotState, Phase, Standing
from crrubric.extensions import db
from crrubric.models import Evaluation, Member, Vendor
from crrubric.queries.ballots.ballots import BallotLine, list_own_ballots
from crrubric.queries.ballots.declarations import (
    list_changed_conflicts,
    list_declared_conflicts,
)
from crrubric.queries.mail.notices import list_own_notices
from crrubric.queries.meeting.decisions import recommendation_of
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.people.waiting import load_tasks
from crrubric.queries.record.journal import find_latest_changes
from crrubric.queries.record.retention import find_removal_of, read_scheduled_keeping
from crrubric.queries.setup.evaluations import (
    BallotProgress,
    count_progress_criteria,
    list_ballot_progress,
    load_readiness,
)
from crrubric.queries.setup.members import (
    find_own_invitations,
    find_run_out_invitations,
    list_reviewers_to_come,
)
from crrubric.queries.setup.phase_facts import foresee_phase_for_seat, list_phase_obstacles
from crrubric.services.ballots import seals
from crrubric.services.setup import evaluations as service
from crrubric.services.setup import phases, rules
from crrubric.web.mail.lateness import Lateness, load_lateness
from crrubric.web.people.language_forms import DocumentsForm
from crrubric.web.results.sorting import SortColumn, make_sort_links
from crrubric.web.setup.forms import PhaseForm, RetentionForm, RuleForm, StepBackForm
from crrubric.web.setup.rule_words import explain_rules
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ReasonForm, attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import ActWords, redirect_to, render_act_page, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("evaluations", __name__, url_prefix="/evaluations/<slug>")
HOME = "evaluations.show_overview"
# where the chair goes on once a phase has begun
AFTER_PHASE = {Phase.MEETING: "meeting.show_agenda", Phase.DECIDED: "memo.show_memo"}
# what the overview has a place of its own for: checklist, card or button
ON_OVERVIEW = {TaskKind.SET_UP, TaskKind.SCORE, TaskKind.PRACTICE, TaskKind.FINALIZE}


@bp.get("/")
@require_permission(Action.VIEW_EVALUATION)
def show_overview(seat: Seat) -> ResponseReturnValue:
    """Where the evaluation stands and what is to be done next."""
    facts = load_readiness(db.session(), seat.evaluation.id)
    forward = next_phase(seat.evaluation.phase)
    in_the_way = list_phase_problems(seat.evaluation.phase, forward, facts) if forward else ()
    back = previous_phase(seat.evaluation.phase)
    if back and list_phase_problems(seat.evaluation.phase, back, facts):
        back = None  # no link to a page that says that it can't be done
    marking = seat.member is not None and seat.may(Action.VIEW_OWN_BALLOTS)
    ballots = list_own_ballots(db.session(), seat.member) if marking and seat.member else []
    reads = seat.may(Action.VIEW_RESULTS)
    return render_page(
        "setup/evaluation/overview.html",
        seat,
        facts=facts,
        forward=forward,
        forward_words=describe_phase_button(forward) if forward else "",
        back=back,
        problems=in_the_way,
        may_practice=Phase.PRACTICE in next_phases(seat.evaluation.phase)
        and not list_phase_problems(seat.evaluation.phase, Phase.PRACTICE, facts),
        ballots=ballots,
        not_begun=may_begin_scoring(seat, ballots),
        tasks=list_other_tasks(seat),
        decision=recommendation_of(db.session(), seat.evaluation.id) if reads else None,
        to_come=count_reviewers_to_come(seat),
        may_create=seat.actor.standing is not Standing.MEMBER,
        removal=find_removal_of(db.session(), seat.evaluation.id),
        notices=list_own_notices(db.session(), seat.actor, evaluation_id=seat.evaluation.id),
    )


def count_reviewers_to_come(seat: Seat) -> int:
    """How many reviewers have not signed up yet, for whoever sets the evaluation up."""
    if not seat.may(Action.EDIT_SETUP):
        return 0
    return len(list_reviewers_to_come(db.session(), seat.evaluation.id))


def list_other_tasks(seat: Seat) -> list[Task]:
    """What waits for the person, as on the home page, but for what the overview has already."""
    tasks = load_tasks(db.session(), seat.actor, evaluation_id=seat.evaluation.id)
    return [task for task in tasks.get(seat.evaluation.id, ()) if task.kind not in ON_OVERVIEW]


def may_begin_scoring(seat: Seat, ballots: Sequence[BallotLine]) -> bool:
    """Whether ballots wait for a reviewer who has not marked anything yet."""
    lines = [row for row in ballots if not row.ballot.recused and not row.vendor.withdrawn_at]
    return (
        bool(lines)
        and seat.may(Action.RECORD_MARK)
        and not has_ended(now_utc(), seat.evaluation.ends_at)
        and not any(row.marks or row.ballot.state is BallotState.SUBMITTED for row in lines)
    )


@bp.get("/phase")
@require_permission(Action.CHANGE_PHASE)
def show_phase_change(seat: Seat) -> ResponseReturnValue:
    """What moving to a phase will do, before it is done."""
    if request.args.get("to") == seat.evaluation.phase.value:
        return say_phase_is_reached(seat)
    to = read_wanted_phase(seat, request.args.get("to"))
    return render_phase_change(seat, to, make_phase_form(seat, to))


def say_phase_is_reached(seat: Seat) -> ResponseReturnValue:
    """What was asked for is done, as after going back in the browser: off to where it led."""
    phase = seat.evaluation.phase
    flash(_("This is done already. The phase is now: %(phase)s.", phase=_(phase.label)), "done")
    return redirect_to(AFTER_PHASE.get(phase, HOME), seat)


def read_wanted_phase(seat: Seat, name: str | None) -> Phase:
    """The phase that was asked for; without a name the usual next one.

    Raises: NotFound; Invalid for a form to which another phase has come meanwhile.
    """
    before = seat.evaluation.phase
    usual = next_phase(before)
    after = usual.value if name is None and usual else name
    found = [phase for phase in Phase if phase.value == after and (before, phase) in TRANSITIONS]
    if found:
        return found[0]
    if request.method == "POST" and name in set(Phase):
        raise make_phase_refusal(before, Phase(name))
    raise make_not_found()


def make_phase_form(seat: Seat, to: Phase) -> PhaseForm:
    """The form as it was sent, or empty; only a step back has a reason."""
    form = StepBackForm() if is_step_back(seat.evaluation.phase, to) else PhaseForm()
    form.to.data = to.value
    return form


def render_phase_change(seat: Seat, to: Phase, form: PhaseForm) -> str:
    """The page with what will happen, or with what is in the way."""
    back = is_step_back(seat.evaluation.phase, to)
    problems = list_phase_obstacles(db.session(), seat, to)
    title = _("Go back to: %(phase)s", phase=_(to.label)) if back else describe_phase_button(to)
    words = ActWords(
        title=title,
        about=seat.evaluation.title,
        button=_("Go back one step") if back else describe_phase_button(to),
        reason_hint=_("The reason is kept in the journal."),
    )
    return render_act_page(
        seat,
        form,
        foreseen=foresee_phase_for_seat(db.session(), seat, to, current_language()),
        words=words,
        back=HOME,
        problems=problems,
    )


def describe_phase_button(to: Phase) -> str:
    """What the button says that begins a phase."""
    words = {
        Phase.PRACTICE: _("Open the practice round"),
        Phase.SCORING: _("Open scoring"),
        Phase.MEETING: _("Close scoring and show the ballots"),
        Phase.DECIDED: _("Make the decision final"),
        Phase.ARCHIVED: _("Archive"),
    }
    return str(words[to])


@bp.post("/phase")
@require_permission(Action.CHANGE_PHASE)
def save_phase(seat: Seat) -> ResponseReturnValue:
    """Move forward, or one step back with a reason."""
    if request.form.get("to") == seat.evaluation.phase.value:
        return say_phase_is_reached(seat)
    to = read_wanted_phase(seat, request.form.get("to"))
    form, status = make_phase_form(seat, to), 422
    if form.validate():
        try:
            evaluation = phases.change_phase(
                current_actor(),
                seat.evaluation.slug,
                to,
                reason=form.reason.data if isinstance(form, StepBackForm) else "",
                seen=form.version.data or "",
                language=current_language(),
            )
            flash(_("The phase is now: %(phase)s.", phase=_(evaluation.phase.label)), "done")
            return redirect_to(AFTER_PHASE.get(to, HOME), seat)
        except NotReady:
            pass  # the page says what is in the way
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
        if seat.evaluation.phase is to:  # somebody pressed the same button in this very moment
            return say_phase_is_reached(seat)
    return render_phase_change(seat, to, form), status


@bp.get("/facts")
@require_permission(Action.EDIT_SETUP)
def show_facts_form(seat: Seat) -> ResponseReturnValue:
    """Title, purpose and closing date."""
    form = make_facts_form(seat.evaluation)
    return render_page("setup/evaluation/facts.html", seat, under=HOME, form=form)


def make_facts_form(evaluation: Evaluation) -> DocumentsForm:
    """The form with what is stored."""
    form = DocumentsForm(formdata=None, obj=evaluation)
    form.show_end(evaluation.ends_at, evaluation.district.time_zone)
    return form.showing(service.serialize_facts(evaluation))


@bp.post("/facts")
@require_permission(Action.EDIT_SETUP)
def save_facts(seat: Seat) -> ResponseReturnValue:
    """Save title, purpose and dates."""
    form, status = DocumentsForm(), 422
    if form.validate():
        try:
            service.change_evaluation(
                current_actor(),
                seat.evaluation.slug,
                title=form.title.data,
                purpose=form.purpose.data or "",
                closes_on=form.closes_on.data,
                ends_at=form.read_end(seat.evaluation.district.time_zone),
                language=form.language.data,
                in_place=form.in_place.data,
                seen=form.version.data or "",
            )
            flash(_("Saved."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            changes = find_latest_changes(db.session(), seat, Event.EVALUATION_CHANGED)
            form.meet_newer(make_facts_form(seat.evaluation), error, changes)
            status = 409
    return render_page("setup/evaluation/facts.html", seat, under=HOME, form=form), status


@bp.get("/rule")
@require_permission(Action.VIEW_EVALUATION)
def show_rule(seat: Seat) -> ResponseReturnValue:
    """The decision rule: a form for the chair in set-up, words for everybody."""
    return render_rule_page(seat, make_rule_form(rules.rule_settings(seat.evaluation)))


def render_rule_page(seat: Seat, form: RuleForm) -> str:
    """The rule, with what each choice means and what it makes of the same marks."""
    settings = rules.rule_settings(seat.evaluation)
    return render_page(
        "setup/evaluation/rule.html",
        seat,
        form=form,
        settings=settings,
        **explain_rules(settings.over, settings.under, settings.quorum),
    )


def make_rule_form(settings: rules.RuleSettings) -> RuleForm:
    """The form with the rule as it is stored."""
    return RuleForm(formdata=None, obj=settings).showing(asdict(settings))


@bp.post("/rule")
@require_permission(Action.EDIT_SETUP)
def save_rule(seat: Seat) -> ResponseReturnValue:
    """Set the decision rule."""
    form, status = RuleForm(), 422
    if form.validate():
        try:
            rules.set_rule(
                current_actor(),
                seat.evaluation.slug,
                rules.RuleSettings(
                    kind=form.kind.data,
                    over=form.over.data if form.over.data is not None else 2,
                    under=form.under.data if form.under.data is not None else 3,
                    quorum=form.quorum.data,
                    pass_mark=form.pass_mark.data or 0,
                    mode=form.mode.data,
                    prices_sealed=form.prices_sealed.data,
                ),
                seen=form.version.data or "",
            )
            flash(_("The decision rule is set."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            changes = find_latest_changes(db.session(), seat, Event.RULE_CHANGED)
            form.meet_newer(make_rule_form(rules.rule_settings(seat.evaluation)), error, changes)
            status = 409
    return render_rule_page(seat, form), status


@bp.get("/progress")
@require_permission(Action.VIEW_PROGRESS)
def show_progress(seat: Seat) -> ResponseReturnValue:
    """How many marks and ballots are done; never which."""
    rows = list_ballot_progress(db.session(), seat)
    declared = list_declared_conflicts(db.session(), seat.evaluation.id)
    changed = list_changed_conflicts(db.session(), seat.evaluation.id)
    people = load_lateness(seat, rows)
    vendors = sorted({row.vendor for row in rows}, key=lambda vendor: vendor.position)
    lines = [list(own) for _member, own in groupby(rows, key=lambda row: row.member.id)]
    columns = make_progress_columns(people, vendors)
    to_come = list_people_to_come(seat, rows)
    own = find_own_invitations(db.session(), seat.evaluation.id) if to_come else frozenset()
    by = request.args.get("by", "")
    if by and by not in columns:
        raise make_not_found()

    def address(column: str) -> str:
        return url_for("evaluations.show_progress", slug=seat.evaluation.slug, by=column or None)

    return render_page(
        "setup/evaluation/progress.html",
        seat,
        rows=rows,
        lines=columns[by].sort(lines) if by else lines,
        links=make_sort_links(columns, by, address, _("By name")),
        vendors=vendors,
        conflicts=[row for row in declared if row.vendor_id not in seat.shut_out],
        changed_conflicts=[row for row in changed if row.vendor_id not in seat.shut_out],
        may_waive=seat.may(Action.WAIVE_CONFLICT),
        may_reopen=seat.may(Action.REOPEN_BALLOT),
        may_move=seat.may(Action.MOVE_CLOSING_DAY),
        may_enter=seat.may(Action.ENTER_ON_BEHALF),
        asked=count_progress_criteria(db.session(), seat.evaluation.id),
        people=people,
        to_come=to_come,
        own_invitations=own,
        run_out=find_run_out_invitations(db.session(), own),
    )


def list_people_to_come(seat: Seat, rows: Sequence[BallotProgress]) -> list[Member]:
    """Who has an open ballot and has not signed up yet, for whoever can invite them again."""
    if not seat.may(Action.MANAGE_COMMITTEE):
        return []
    waited_for = {
        row.member.id for row in rows if not row.recused and row.state is BallotState.OPEN
    }
    absent = list_reviewers_to_come(db.session(), seat.evaluation.id)
    return [member for member in absent if member.id in waited_for]


def make_progress_columns(
    people: Lateness, vendors: list[Vendor]
) -> dict[str, SortColumn[list[BallotProgress]]]:
    """What the table can be sorted by: who was here last, how many marks a ballot has."""

    def count_marks(line: list[BallotProgress], vendor: Vendor) -> int | None:
        return next(
            (row.marks for row in line if row.vendor.id == vendor.id and not row.recused), None
        )

    return {
        "seen": SortColumn(lambda line: people.seen_day(line[0].member.id)),
        **{str(vendor.id): SortColumn(partial(count_marks, vendor=vendor)) for vendor in vendors},
    }


@bp.get("/progress/<int:ballot_id>/reopen")
@require_permission(Action.REOPEN_BALLOT)
def show_reopen_form(seat: Seat, ballot_id: int) -> ResponseReturnValue:
    """The form that gives a submitted ballot back to its reviewer."""
    return render_reopen_page(seat, ballot_id, ReasonForm())


def render_reopen_page(seat: Seat, ballot_id: int, form: ReasonForm) -> str:
    """Whose ballot, for which vendor, submitted when: nothing of what is on it."""
    ballot = seals.find_ballot(db.session(), seat, ballot_id)
    if ballot.state is not BallotState.SUBMITTED:
        raise make_not_found()
    return render_page(
        "setup/evaluation/reopen.html",
        seat,
        under="evaluations.show_progress",
        ballot=ballot,
        form=form,
    )


@bp.post("/progress/<int:ballot_id>/reopen")
@require_permission(Action.REOPEN_BALLOT)
def save_reopening(seat: Seat, ballot_id: int) -> ResponseReturnValue:
    """Reopen a submitted ballot with a reason."""
    form = ReasonForm()
    if form.validate():
        try:
            ballot = seals.reopen_ballot(
                current_actor(), seat.evaluation.slug, ballot_id, reason=form.reason.data
            )
            name = ballot.member.name
            flash(_("The ballot is open again; %(name)s is told.", name=name), "done")
            return redirect_to("evaluations.show_progress", seat)
        except Invalid as error:
            attach_error(form, error)
    return render_reopen_page(seat, ballot_id, form), 422


@bp.get("/retention")
@require_permission(Action.SET_RETENTION)
def show_retention_form(seat: Seat) -> ResponseReturnValue:
    """Until when the record is kept, and whether it is held."""
    form = make_retention_form(seat.evaluation)
    return render_retention_page(seat, form)


def render_retention_page(seat: Seat, form: RetentionForm) -> str:
    """The form below what the schedule of the site says."""
    scheduled = read_scheduled_keeping(db.session(), seat.evaluation, now_utc())
    return render_page(
        "setup/evaluation/retention.html", seat, under=HOME, form=form, scheduled=scheduled
    )


def make_retention_form(evaluation: Evaluation) -> RetentionForm:
    """The form with what is stored; a reason is always a new one."""
    until, hold = evaluation.retain_until, evaluation.legal_hold
    form = RetentionForm(formdata=None, until=until, hold=hold)
    return form.showing(service.serialize_retention(evaluation))


@bp.post("/retention")
@require_permission(Action.SET_RETENTION)
def save_retention(seat: Seat) -> ResponseReturnValue:
    """Set until when the record is kept."""
    form, status = RetentionForm(), 422
    if form.validate():
        try:
            service.set_retention(
                current_actor(),
                seat.evaluation.slug,
                until=form.until.data,
                hold=form.hold.data or "",
                reason=form.reason.data or "",
                seen=form.version.data or "",
            )
            flash(_("Saved."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            changes = find_latest_changes(db.session(), seat, Event.RETENTION_CHANGED)
            form.meet_newer(make_retention_form(seat.evaluation), error, changes)
            status = 409
    return render_retention_page(seat, form), status
