"""crrubric mail …"""

import logging
import threading

import click
from flask import Flask

from crrubric.cli.running import print_line, run_in_app
from crrubric.config import settings_of
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.services.mail.item_reminders import write_due_item_reminders
from crrubric.services.mail.outbox import is_mail_on, list_waiting_mails
from crrubric.services.mail.posting import BATCH, SendingResult, send_due_mails
from crrubric.services.mail.reminders import write_due_reminders
from crrubric.services.mail.trial import send_test_mail

EVERY = 60  # seconds between two rounds of the thread


@click.group("mail")
def mail_group() -> None:
    """Send what waits in the outbox."""


@mail_group.command("send")
@click.option("--most", default=BATCH, show_default=True, type=click.IntRange(1, 10_000),
              help="Mails to send at most.")  # fmt: skip
@run_in_app
def send_outbox(most: int) -> None:
    """Write the reminders that are due, then send what is due. For cron, every minute or so.

    Exits with 1 and one line on stderr if the server can't be used; what waits is tried again.
    """
    reminders, done = run_mail_round(most)
    print_line(summarize_mail_round(reminders, done))
    if done.down:
        raise Invalid(N_("The mail server can’t be used: %(why)s"), why=done.down)


def run_mail_round(most: int = BATCH) -> tuple[int, SendingResult]:
    """(how many reminders were written, what was sent). Raises: NotReady if mail is off."""
    reminders = write_due_reminders() + write_due_item_reminders() if is_mail_on() else 0
    return reminders, send_due_mails(most=most)


def summarize_mail_round(reminders: int, done: SendingResult) -> str:
    """What a round did, in a line."""
    return (
        f"reminders written: {reminders}; mails sent: {done.sent}, to be tried again: "
        f"{done.later}, given up: {done.failed}, no longer needed: {done.set_aside}"
    )


@mail_group.command("list")
@run_in_app
def print_waiting_mails() -> None:
    """List the mails that wait, and why."""
    if not is_mail_on():
        print_line("Mail is off: e-mails are written but not sent.", err=True)
    rows = list_waiting_mails(db.session())
    if not rows:
        print_line("No mail waits.", err=True)
    for row in rows:
        why = row.last_error or "not tried yet"
        if row.unsure_at is not None:
            why += "; an earlier try had no answer, so that it may arrive twice"
        print_line(
            f"{row.id}\t{row.next_try_at:%Y-%m-%d %H:%M} UTC\t{row.to_address}\t{row.subject}"
            f"\ttried {row.attempts} times\t{why}"
        )


@mail_group.command("test")
@click.argument("address")
@run_in_app
def try_mail(address: str) -> None:
    """Send an e-mail to ADDRESS now, to see whether the settings are right."""
    send_test_mail(address)
    print_line(f"The server accepted an e-mail to {address}.")


def start_mail_thread(app: Flask) -> threading.Thread | None:
    """Send mail in the background of a server, if the settings say so."""
    settings = settings_of(app)
    if not (settings.MAIL_THREAD and settings.MAIL_HOST):
        return None
    thread = threading.Thread(target=keep_sending_mail, args=(app,), name="mail", daemon=True)
    thread.start()
    return thread


def keep_sending_mail(app: Flask, stop: threading.Event | None = None) -> None:
    """A round each minute, until the process ends; whatever goes wrong is logged, no more."""
    waiting_for = stop or threading.Event()
    log = logging.getLogger("crrubric")
    while not waiting_for.wait(EVERY):
        try:
            with app.app_context():
                _reminders, done = run_mail_round()
                if done.down:
                    log.warning("The mail server can’t be used: %s", done.down)
        except Exception:
            log.exception("Mail was not sent; the next try is in a minute")
