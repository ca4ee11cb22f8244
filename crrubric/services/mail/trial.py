"""A test mail: whether the settings of mail are right."""

import secrets

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.shared.reading import end_reading
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.mail.posting import district_name
from crrubric.services.mail.smtp import MailError, SmtpClient, SmtpMessage
from crrubric.services.people.accounts import clean_email


def send_test_mail(address: str) -> None:
    """Send an e-mail to an address now, past the outbox.

    Raises: Invalid if mail is off, the address is none, or the server does not take it.
    """
    if not is_mail_on():
        raise Invalid(N_("Mail is off: set MAIL_HOST, MAIL_SENDER and SITE_URL."))
    letter = SmtpMessage(
        id=0,
        to_name="",
        to_address=clean_email(address),
        subject="A test of crrubric",
        body="Mail works: crrubric can write to this address.\n",
        district=district_name(db.session()),
        key=secrets.token_hex(12),
        at=now_utc(),
    )
    end_reading(db.session())  # nothing is held while a server far away thinks
    try:
        with SmtpClient() as server:
            server.send(letter)
    except MailError as error:
        raise Invalid(N_("The mail was not taken: %(why)s"), why=str(error)) from None
