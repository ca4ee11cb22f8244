"""Mails about an account: their frame, and those with links. Nothing here sends."""

from collections.abc import Sequence

from crrubric.domain.mail.mails import SITE_NAME, MailContext, MailText, MailTranslator, frame_mail
from crrubric.domain.translation import N_

NOT_YOU = N_(
    "If you know nothing of this, tell the people who run this site at your district at once."
)


def compose_password_link(
    say: MailTranslator, to: MailContext, *, minutes: int, asked_by: str, first: bool
) -> MailText:
    """A link with which one chooses a new password.

    Args: asked_by: the administrator who had it sent, empty if it was asked for on the site;
    first: there is no password yet.
    """
    if asked_by:
        why = say(N_("%(who)s, an administrator, had this link sent to you."), who=asked_by)
    else:
        why = say(N_("Somebody, probably you, asked for this link on the page for signing in."))
    how = say(
        N_(
            "Choose a new password with it. It works once, for %(minutes)s minutes, and it is "
            "only for you: do not share it."
        ),
        minutes=minutes,
    )
    paragraphs = [why, how, to.link]
    if not first:
        keeps = N_("If you want no new password, do nothing: the one you have still works.")
        paragraphs.append(say(keeps))
    return frame_account_mail(say, to, say(N_("Choose a new password")), paragraphs)


def compose_sign_in_link(say: MailTranslator, to: MailContext, *, minutes: int) -> MailText:
    """A link that signs in, once it is confirmed on the page to which it leads."""
    why = say(N_("Somebody, probably you, asked for this link on the page for signing in."))
    how = say(
        N_(
            "Open it and choose “Sign in”. It works once, for %(minutes)s minutes, and until you "
            "ask for another. It is only for you: do not share it."
        ),
        minutes=minutes,
    )
    nothing = say(N_("If you did not ask for it, do nothing: nobody signs in without this link."))
    subject = say(N_("Your link for signing in"))
    return frame_account_mail(say, to, subject, [why, how, to.link, nothing])


def compose_confirmation_link(say: MailTranslator, to: MailContext, *, minutes: int) -> MailText:
    """A link with which somebody who is signed in shows that it is still them."""
    what = say(
        N_(
            "Somebody who is signed in as you wants to change how you sign in, or your address. If "
            "it is you, open this link in the browser in which you are signed in, and confirm. It "
            "works once, for %(minutes)s minutes:"
        ),
        minutes=minutes,
    )
    subject = say(N_("Confirm that it is you"))
    return frame_account_mail(say, to, subject, [what, to.link, say(NOT_YOU)])


def compose_address_link(say: MailTranslator, to: MailContext, *, minutes: int) -> MailText:
    """To an address that somebody says is theirs: it is, if they use this link signed in."""
    what = say(
        N_(
            "Somebody, probably you, wants to sign in to crrubric with this e-mail address from "
            "now on. Open this link in the browser in which you are signed in, and confirm. It "
            "works once, "
            "for %(minutes)s minutes:"
        ),
        minutes=minutes,
    )
    nothing = say(N_("Until then nothing changes. If it was not you, do nothing."))
    subject = say(N_("Confirm your new e-mail address"))
    return frame_mail(say, to, subject, [what, to.link, nothing, _describe_site(say, to)])


def frame_account_mail(
    say: MailTranslator, to: MailContext, subject: str, paragraphs: Sequence[str]
) -> MailText:
    """A mail to somebody because they have an account."""
    why = say(N_("You receive this e-mail because you have an account on crrubric."))
    return frame_mail(say, to, subject, [*paragraphs, f"{why} {_describe_site(say, to)}"])


def _describe_site(say: MailTranslator, to: MailContext) -> str:
    """What crrubric is, for whoever has forgotten; its district has no name before it is given."""
    if to.district == SITE_NAME:
        return say(N_("School districts select courseware with it."))
    return say(N_("%(district)s selects courseware with it."), district=to.district)
