"""Mails about an account: links for a new password, and what was changed. Nothing here sends."""

from enum import Enum

from crrubric.domain.mail.mails import SITE_NAME, MailContext, MailText, MailTranslator, frame_mail
from crrubric.domain.text import quote_inside
from crrubric.domain.translation import N_

NOT_YOU = N_(
    "If you know nothing of this, tell the people who run this site at your district at once."
)


class TwoStepNews(Enum):
    """What somebody is told about the second step of their sign-in."""

    ON = "on"
    APP = "app"
    APP_REMOVED = "app removed"
    OFF = "off"
    CODES = "codes"
    USED = "used"
    RESET = "reset"


TWO_STEP_SUBJECTS = {
    TwoStepNews.ON: N_("Two-step sign-in is on"),
    TwoStepNews.APP: N_("An authenticator app was set up"),
    TwoStepNews.APP_REMOVED: N_("Your authenticator app was removed"),
    TwoStepNews.OFF: N_("Two-step sign-in is off"),
    TwoStepNews.CODES: N_("New recovery codes were made"),
    TwoStepNews.USED: N_("A recovery code was used"),
    TwoStepNews.RESET: N_("Two-step sign-in is off"),
}
TWO_STEP_SENTENCES = {
    TwoStepNews.ON: N_(
        "From now on a code of your authenticator app is asked for after your password. Everybody "
        "who was signed in elsewhere is signed out."
    ),
    TwoStepNews.APP: N_(
        "From now on a code of your authenticator app is taken as the second step of your sign-in, "
        "as your passkey is."
    ),
    TwoStepNews.APP_REMOVED: N_(
        "Codes of your authenticator app are taken no more. Your passkeys stay the second step of "
        "your sign-in."
    ),
    TwoStepNews.OFF: N_(
        "One step is enough to sign in to your account from now on. The second step was turned off "
        "on the page of your account, with both steps; passkeys, authenticator app and recovery "
        "codes work no more."
    ),
    TwoStepNews.CODES: N_(
        "New recovery codes for signing in were made on the page of your account. The earlier ones "
        "work no more."
    ),
    TwoStepNews.USED: N_(
        "Somebody, probably you, signed in with a recovery code in the place of your authenticator "
        "app or passkey, or confirmed a change with it. Each code works once: make new ones"
        " on the page of your account before they run out."
    ),
    TwoStepNews.RESET: N_(
        "An administrator turned off the second step of your sign-in, because what it needs was "
        "said to be lost: passkeys, authenticator app and recovery codes work no more. One step is "
        "enough until you set it up again. You are signed out everywhere."
    ),
}


class PasskeyNews(Enum):
    """What somebody is told about their passkeys."""

    FIRST = "first"
    ADDED = "added"
    REMOVED = "removed"


PASSKEY_SUBJECTS = {
    PasskeyNews.FIRST: N_("Two-step sign-in is on"),
    PasskeyNews.ADDED: N_("A passkey was added to your account"),
    PasskeyNews.REMOVED: N_("A passkey was removed from your account"),
}
PASSKEY_SENTENCES = {
    PasskeyNews.FIRST: N_(
        "The passkey “%(name)s” was added to your account. From now on it is asked for after your "
        "password, or signs you in without one. Everybody who was signed in elsewhere is signed "
        "out."
    ),
    PasskeyNews.ADDED: N_(
        "The passkey “%(name)s” was added to your account. Whoever has the device with it can sign "
        "in as you."
    ),
    PasskeyNews.REMOVED: N_(
        "The passkey “%(name)s” was removed from your account: nobody signs in with it any more."
    ),
}


class IdentityNews(Enum):
    """What somebody is told about signing in with an account elsewhere."""

    LINKED = "linked"
    UNLINKED = "unlinked"
    RESET = "reset"


IDENTITY_SUBJECTS = {
    IdentityNews.LINKED: N_("You can sign in with %(provider)s"),
    IdentityNews.UNLINKED: N_("Signing in with %(provider)s is over"),
    IdentityNews.RESET: N_("Signing in with %(provider)s is over"),
}
IDENTITY_SENTENCES = {
    IdentityNews.LINKED: N_(
        "Somebody, probably you, signed in to your account with an account of %(provider)s. From "
        "now on that account signs in here as you."
    ),
    IdentityNews.UNLINKED: N_(
        "On the page of your account signing in with %(provider)s was ended. The other ways to "
        "sign in stay."
    ),
    IdentityNews.RESET: N_(
        "An administrator ended signing in with %(provider)s for your account. You are signed out "
        "everywhere. If it was you who signed in that way, ask the people who run this site."
    ),
}


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
    return _compose_account_mail(say, to, say(N_("Choose a new password")), paragraphs)


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
    return _compose_account_mail(say, to, subject, [why, how, to.link, nothing])


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
    return _compose_account_mail(say, to, subject, [what, to.link, say(NOT_YOU)])


def compose_link_notice(say: MailTranslator, to: MailContext, *, by: str) -> MailText:
    """That a one-time link for the account was made, which is not in this mail.

    Args: by: the administrator who made it; empty if it was the operator at the server.
    """
    made = N_(
        "%(who)s, an administrator, made a link with which a new password can be chosen for your "
        "account, to hand it to you."
    )
    on_server = N_(
        "A link with which a new password can be chosen for your account was made on the server. "
        "Whoever asked for it there has it."
    )
    what = say(made, who=by) if by else say(on_server)
    subject = say(N_("A link for a new password was made"))
    return _compose_account_mail(say, to, subject, [what, say(NOT_YOU)])


def compose_password_notice(say: MailTranslator, to: MailContext) -> MailText:
    """That the password is another one now."""
    what = say(
        N_("The password of your account was changed. Everybody who was signed in is signed out.")
    )
    subject = say(N_("Your password was changed"))
    return _compose_account_mail(say, to, subject, [what, say(NOT_YOU)])


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


def compose_taken_notice(say: MailTranslator, to: MailContext) -> MailText:
    """To the owner of an account: another one was to have its address, and does not get it."""
    what = say(
        N_(
            "Somebody who is signed in to crrubric wants to sign in with this e-mail address from "
            "now on. It has an account already, yours, and nothing changes."
        )
    )
    how = say(N_("If it was you, sign in with this address instead. If not, do nothing."))
    subject = say(N_("This e-mail address has an account"))
    return _compose_account_mail(say, to, subject, [what, how])


def compose_address_notice(say: MailTranslator, to: MailContext, *, old: str, new: str) -> MailText:
    """To the old and to the new address: with which one signs in from now on."""
    what = say(
        N_("The e-mail address of your account was changed from %(old)s to %(new)s."),
        old=old,
        new=new,
    )
    how = say(N_("From now on you sign in with the new one, and mails go there."))
    subject = say(N_("Your e-mail address was changed"))
    return _compose_account_mail(say, to, subject, [what, how, say(NOT_YOU)])


def compose_failure_notice(say: MailTranslator, to: MailContext, *, codes: bool) -> MailText:
    """That somebody tries to get in. Args: codes: they know the password, and guess at codes."""
    passwords = N_(
        "Somebody tried to sign in to your account, with wrong passwords, many times in a row. "
        "Further tries are slowed down; your password was not found out. If it was you, choose "
        "“Forgot your password?” on the page for signing in."
    )
    found = N_(
        "Somebody who knows your password tried to sign in to your account with wrong codes, many "
        "times in a row. If it was not you, change your password at once."
    )
    subject = say(N_("Somebody tries to sign in to your account"))
    return _compose_account_mail(say, to, subject, [say(found if codes else passwords)])


def compose_two_step_notice(say: MailTranslator, to: MailContext, news: TwoStepNews) -> MailText:
    """What became of the second step of one's sign-in."""
    return _compose_account_mail(
        say, to, say(TWO_STEP_SUBJECTS[news]), [say(TWO_STEP_SENTENCES[news]), say(NOT_YOU)]
    )


def compose_passkey_notice(
    say: MailTranslator, to: MailContext, news: PasskeyNews, *, name: str
) -> MailText:
    """What became of a passkey of theirs. Args: name: what they call it."""
    what = say(PASSKEY_SENTENCES[news], name=quote_inside(name))
    return _compose_account_mail(say, to, say(PASSKEY_SUBJECTS[news]), [what, say(NOT_YOU)])


def compose_identity_notice(
    say: MailTranslator, to: MailContext, news: IdentityNews, *, provider: str
) -> MailText:
    """What became of signing in with an account elsewhere."""
    subject = say(IDENTITY_SUBJECTS[news], provider=provider)
    what = say(IDENTITY_SENTENCES[news], provider=provider)
    return _compose_account_mail(say, to, subject, [what, say(NOT_YOU)])


def _compose_account_mail(
    say: MailTranslator, to: MailContext, subject: str, paragraphs: list[str]
) -> MailText:
    why = say(N_("You receive this e-mail because you have an account on crrubric."))
    return frame_mail(say, to, subject, [*paragraphs, f"{why} {_describe_site(say, to)}"])


def _describe_site(say: MailTranslator, to: MailContext) -> str:
    """What crrubric is, for whoever has forgotten; its district has no name before it is given."""
    if to.district == SITE_NAME:
        return say(N_("School districts select courseware with it."))
    return say(N_("%(district)s selects courseware with it."), district=to.district)
