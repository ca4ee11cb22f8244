"""How long records are kept, what is due to be removed, and removing it: for administrators.

Nothing of what a committee did is shown: titles, days, names and numbers.
"""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.clock import now_utc
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, NotReady, Stale
from crrubric.domain.foreseen import Foreseen
from crrubric.domain.record.retention.times import (
    KeepingTimes,
)
from crrubric.domain.vocabulary import RecordKind
from crrubric.extensions import db
from crrubric.models import JournalEntry, Removal
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.district import find_named_district
from crrubric.queries.record.journal import find_last_changes
from crrubric.queries.record.retention import (
    KeptRecord,
    count_administrators,
    find_certificate,
    find_kept_record,
    find_removal,
    foresee_due_removal,
    foresee_removal,
    foresee_removal_of_evaluation,
    list_certificates,
    list_due_records,
    list_keeping_entries,
    list_kept_records,
    read_keeping_times,
)
from crrubric.services.record import retention as service
from crrubric.services.record.removing import compact_database
from crrubric.web.record.forms import HoldForm, KeepingForm, RemovalForm
from crrubric.web.record.journal_words import (
    format_journal_value,
    translate_field_name,
    translate_field_value,
)
from crrubric.web.shared.access import require_site_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm, attach_error
from crrubric.web.shared.page import render_site_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error, translate_label

bp = Blueprint("keeping", __name__, url_prefix="/site/records")
HOME = "keeping.show_records"
SITE = "site.show_site"
# other kinds by the word in their addresses
KINDS: Mapping[str, RecordKind] = {
    "accounts": RecordKind.ACCOUNT,
    "mails": RecordKind.MAIL,
    "sign-ins": RecordKind.SIGN_IN,
}
# of a certificate, by their names in the journal
FACTS = (
    "kept through", "before", "rows", "vendors", "members", "files", "bytes", "issues", "entries",
)  # fmt: skip
NEEDED = SiteAction.REMOVE_RECORDS


@bp.get("")
@require_site_permission(NEEDED)
def show_records() -> ResponseReturnValue:
    """What is due, what is proposed, what is kept longer, and what was removed."""
    now = now_utc()
    records = list_kept_records(db.session(), now)
    return render_site_page(
        "record/keeping.html",
        under=SITE,
        due=[row for row in records if row.is_over],
        kept=[row for row in records if not row.is_over],
        others=list(zip(KINDS, list_due_records(db.session(), now), strict=True)),
        times=read_keeping_times(db.session()),
        certificates=[(row, name_removed(row)) for row in list_certificates(db.session())],
        alone=count_administrators(db.session()) < 2,
    )


@bp.get("/times")
@require_site_permission(NEEDED)
def show_keeping_times() -> ResponseReturnValue:
    """How long each kind of record is kept."""
    return render_keeping_times(make_keeping_times_form())


def make_keeping_times_form() -> KeepingForm:
    """The form with what is stored, or the defaults."""
    values = read_keeping_times(db.session()).serialize()
    return KeepingForm(formdata=None, data=values).showing(values)


def render_keeping_times(form: KeepingForm) -> str:
    """The form, and who changed it when."""
    return render_site_page(
        "record/keeping_times.html",
        under=SITE,
        form=form,
        changes=list_keeping_entries(db.session()),
    )


@bp.post("/times")
@require_site_permission(NEEDED)
def save_keeping_times() -> ResponseReturnValue:
    """Set how long each kind of record is kept."""
    form, status = KeepingForm(), 422
    if form.validate():
        try:
            wanted = KeepingTimes(
                evaluation_years=form.evaluation_years.data,
                account_years=form.account_years.data,
                mail_days=form.mail_days.data,
                sign_in_days=form.sign_in_days.data,
                hold=form.hold.data or "",
            )
            service.set_keeping_times(current_actor(), wanted, seen=form.version.data or "")
            flash(_("Saved."), "done")
            return redirect(url_for(HOME), 303)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            changes = find_last_changes(reversed(list_keeping_entries(db.session())))
            form.meet_newer(make_keeping_times_form(), error, changes)
            status = 409
    return render_keeping_times(form), status


@bp.get("/evaluations/<int:evaluation_id>/hold")
@require_site_permission(NEEDED)
def show_hold_form(evaluation_id: int) -> ResponseReturnValue:
    """Whether an evaluation is under a legal hold, and why."""
    record = find_kept_record(db.session(), evaluation_id, now_utc())
    return render_hold_form(record, make_hold_form(record))


def make_hold_form(record: KeptRecord) -> HoldForm:
    """The form with what is stored; a reason is always a new one."""
    hold = record.evaluation.legal_hold
    return HoldForm(formdata=None, hold=hold).showing({"hold": hold})


def render_hold_form(record: KeptRecord, form: HoldForm) -> str:
    """The form."""
    return render_site_page("record/hold.html", under=SITE, form=form, record=record)


@bp.post("/evaluations/<int:evaluation_id>/hold")
@require_site_permission(NEEDED)
def save_hold(evaluation_id: int) -> ResponseReturnValue:
    """Put the hold on, change its words, or lift it."""
    form, status = HoldForm(), 422
    record = find_kept_record(db.session(), evaluation_id, now_utc())
    if form.validate():
        try:
            service.hold_record(
                current_actor(),
                evaluation_id,
                hold=form.hold.data or "",
                reason=form.reason.data or "",
                seen=form.version.data or "",
            )
            flash(_("Saved."), "done")
            return redirect(url_for(HOME), 303)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            record = find_kept_record(db.session(), evaluation_id, now_utc())
            form.meet_newer(make_hold_form(record), error, {})
            status = 409
    return render_hold_form(record, form), status


@bp.get("/evaluations/<int:evaluation_id>/removal")
@require_site_permission(NEEDED)
def show_proposal(evaluation_id: int) -> ResponseReturnValue:
    """What removing an evaluation would do, before it is proposed."""
    return render_proposal(evaluation_id, ActForm(formdata=None))


def render_proposal(evaluation_id: int, form: ActForm) -> str:
    """What goes, why it may, and where to make an archive first."""
    record = find_kept_record(db.session(), evaluation_id, now_utc())
    foreseen = foresee_removal_of_evaluation(db.session(), evaluation_id)
    return render_removal_page(form, foreseen, record.evaluation.title, record=record)


@bp.post("/evaluations/<int:evaluation_id>/removal")
@require_site_permission(NEEDED)
def save_proposal(evaluation_id: int) -> ResponseReturnValue:
    """Propose to remove it."""
    form, status = ActForm(), 422
    if form.validate():
        try:
            service.propose_removal(current_actor(), RecordKind.EVALUATION, evaluation_id)
            return redirect_proposed()
        except Invalid as error:
            status = attach_refusal(form, error)
    return render_proposal(evaluation_id, form), status


def redirect_proposed() -> ResponseReturnValue:
    """Off to the list, with what comes next."""
    flash(_("Proposed. Nothing is removed before somebody else confirms it."), "done")
    return redirect(url_for(HOME), 303)


@bp.get("/others/<kind>/removal")
@require_site_permission(NEEDED)
def show_other_proposal(kind: str) -> ResponseReturnValue:
    """What removing the due records of a kind would do, before it is proposed."""
    return render_other_proposal(kind, ActForm(formdata=None))


def render_other_proposal(kind: str, form: ActForm) -> str:
    """What goes. Raises: NotFound for no kind."""
    found = read_kind(kind)
    foreseen = foresee_due_removal(db.session(), found, now_utc())
    return render_removal_page(form, foreseen, translate_label(found))


def read_kind(word: str) -> RecordKind:
    """The kind that the address names. Raises: NotFound."""
    if word not in KINDS:
        raise make_not_found()
    return KINDS[word]


@bp.post("/others/<kind>/removal")
@require_site_permission(NEEDED)
def save_other_proposal(kind: str) -> ResponseReturnValue:
    """Propose to remove what is due of a kind."""
    form, status, found = ActForm(), 422, read_kind(kind)
    if form.validate():
        try:
            service.propose_removal(current_actor(), found)
            return redirect_proposed()
        except Invalid as error:
            status = attach_refusal(form, error)
    return render_other_proposal(kind, form), status


@bp.get("/removals/<int:removal_id>")
@require_site_permission(NEEDED)
def show_removal(removal_id: int) -> ResponseReturnValue:
    """What is proposed, for whoever confirms it."""
    removal = find_removal(db.session(), removal_id)
    return render_removal(removal, make_confirmation(removal))


def make_confirmation(removal: Removal, *, sent: bool = False) -> ActForm:
    """The button, with a field for the title of an evaluation."""
    kind = ActForm if removal.evaluation_id is None else RemovalForm
    return kind() if sent else kind(formdata=None)


def render_removal(removal: Removal, form: ActForm) -> str:
    """What goes, who proposed it, and what is in the way of this person."""
    foreseen, record, title = foresee_removal(db.session(), removal), None, ""
    if removal.evaluation_id is None:
        title = translate_label(removal.kind)
    else:
        record = find_kept_record(db.session(), removal.evaluation_id, now_utc())
        title = record.evaluation.title
    return render_removal_page(form, foreseen, title, record=record, removal=removal)


def render_removal_page(
    form: ActForm,
    foreseen: Foreseen,
    title: str,
    *,
    record: KeptRecord | None = None,
    removal: Removal | None = None,
) -> str:
    """The page before something is proposed or confirmed."""
    return render_site_page(
        "record/removal.html",
        under=SITE,
        form=form.showing(foreseen),
        foreseen=foreseen,
        title=title,
        record=record,
        removal=removal,
        own=removal is not None and removal.proposed_by_id == current_actor().user_id,
        alone=count_administrators(db.session()) < 2,
        hold=read_keeping_times(db.session()).hold,
    )


@bp.post("/removals/<int:removal_id>")
@require_site_permission(NEEDED)
def save_removal(removal_id: int) -> ResponseReturnValue:
    """Confirm the proposal of somebody else: the record goes for good."""
    removal = find_removal(db.session(), removal_id)
    form, status = make_confirmation(removal, sent=True), 422
    if form.validate():
        try:
            service.confirm_removal(
                current_actor(),
                removal_id,
                typed=form.typed.data if isinstance(form, RemovalForm) else "",
                seen=form.version.data or "",
            )
            flash_removed()
            return redirect(url_for(HOME), 303)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_removal(find_removal(db.session(), removal_id), form), status


def flash_removed() -> None:
    """Say that it is done, and whether the file still has to be written anew."""
    flash(_("Removed. The certificate stands below."), "done")
    try:
        compact_database(at_once=True)
    except NotReady as error:
        flash(translate_error(error), "problem")


@bp.post("/removals/<int:removal_id>/withdraw")
@require_site_permission(NEEDED)
def save_removal_withdrawal(removal_id: int) -> ResponseReturnValue:
    """Take a proposal back."""
    service.withdraw_removal(current_actor(), removal_id)
    flash(_("The proposal is withdrawn."), "done")
    return redirect(url_for(HOME), 303)


@bp.get("/certificates/<int:number>")
@require_site_permission(NEEDED)
def show_certificate(number: int) -> ResponseReturnValue:
    """The certificate of destruction, to be printed."""
    entry = find_certificate(db.session(), number)
    told = entry.after or {}
    return render_site_page(
        "record/certificate.html",
        under=SITE,
        entry=entry,
        name=name_removed(entry),
        kind=RecordKind(told["kind"]),
        district=find_named_district(db.session()),
        told=told,
        proposed_at=translate_field_value("proposed at", told["proposed at"]),
        facts=[
            (
                translate_field_name(key),
                format_journal_value(translate_field_value(key, told[key])),
            )
            for key in FACTS
            if key in told
        ],
    )


def name_removed(entry: JournalEntry) -> str:
    """What was removed: the title of an evaluation, or the kind of what it was."""
    kind = RecordKind((entry.after or {})["kind"])
    return entry.subject if kind is RecordKind.EVALUATION else translate_label(kind)
