"""What was done with an account: as values, and in words in the language of whoever reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Self

from crrubric.domain.mail.account_mails import NOT_YOU, frame_account_mail
from crrubric.domain.mail.mails import MailContext, MailText, MailTranslator
from crrubric.domain.text import quote_inside
from crrubric.domain.translation import N_


class NewsKind(Enum):
    """What was done; the facts that each has are told where it is put into words."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105  # a kind of news
    TAKEN = "taken"
    ADDRESS = "address"
    FAILURE = "failure"
    TWO_STEP = "two step"
    PASSKEY = "passkey"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class AccountNews:
    """One thing that was done with an account, in no language."""

    kind: NewsKind
    facts: Mapping[str, str] = field(default_factory=dict)

    def serialize(self) -> dict[str, str]:
        """As it is stored."""
        return {**self.facts, "kind": self.kind.value}

    @classmethod
    def parse(cls, stored: Mapping[str, str]) -> Self:
        """What was stored."""
        facts = {name: value for name, value in stored.items() if name != "kind"}
        return cls(NewsKind(stored["kind"]), facts)


@dataclass(frozen=True, slots=True)
class ToldNews:
    """News in words: what it is about, and its paragraphs."""

    subject: str
    paragraphs: tuple[str, ...]


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


def tell_account_news(say: MailTranslator, news: AccountNews) -> ToldNews:
    """The news in the language that is spoken."""
    return TELLERS[news.kind](say, news.facts)


def compose_account_news(say: MailTranslator, to: MailContext, news: AccountNews) -> MailText:
    """The same as a mail."""
    told = tell_account_news(say, news)
    return frame_account_mail(say, to, told.subject, told.paragraphs)


def tell_made_link(say: MailTranslator, facts: Mapping[str, str]) -> ToldNews:
    """That a one-time link was made; by: the administrator, empty if it was at the server."""
    made = N_(
        "%(who)s, an administrator, made a link with which a new password can be chosen for your "
        "account, to hand it to you."
    )
    on_server = N_(
        "A link with which a new password can be chosen for your account was made on the server. "
        "Whoever asked for it there has it."
    )
    by = facts["by"]
    what = say(made, who=by) if by else say(on_server)
    return ToldNews(say(N_("A link for a new password was made")), (what, say(NOT_YOU)))


def tell_password(say: MailTranslator, _facts: Mapping[str, str]) -> ToldNews:
    """That the password is another one now."""
    what = say(
        N_("The password of your account was changed. Everybody who was signed in is signed out.")
    )
    return ToldNews(say(N_("Your password was changed")), (what, say(NOT_YOU)))


def tell_taken_address(say: MailTranslator, _facts: Mapping[str, str]) -> ToldNews:
    """To the owner of an account: another one was to have its address, and does not get it."""
    what = say(
        N_(
            "Somebody who is signed in to crrubric wants to sign in with this e-mail address from "
            "now on. It has an account already, yours, and nothing changes."
        )
    )
    how = say(N_("If it was you, sign in with this address instead. If not, do nothing."))
    return ToldNews(say(N_("This e-mail address has an account")), (what, how))


def tell_new_address(say: MailTranslator, facts: Mapping[str, str]) -> ToldNews:
    """With which address one signs in from now on; old, new: the addresses."""
    what = say(
        N_("The e-mail address of your account was changed from %(old)s to %(new)s."),
        old=facts["old"],
        new=facts["new"],
    )
    how = say(N_("From now on you sign in with the new one, and mails go there."))
    return ToldNews(say(N_("Your e-mail address was changed")), (what, how, say(NOT_YOU)))


def tell_failures(say: MailTranslator, facts: Mapping[str, str]) -> ToldNews:
    """That somebody tries to get in; codes: they know the password, and guess at codes."""
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
    return ToldNews(subject, (say(found if facts["codes"] else passwords),))


def tell_two_steps(say: MailTranslator, facts: Mapping[str, str]) -> ToldNews:
    """What became of the second step of one's sign-in."""
    news = TwoStepNews(facts["news"])
    return ToldNews(say(TWO_STEP_SUBJECTS[news]), (say(TWO_STEP_SENTENCES[news]), say(NOT_YOU)))


def tell_passkey(say: MailTranslator, facts: Mapping[str, str]) -> ToldNews:
    """What became of a passkey of theirs; name: what they call it."""
    news = PasskeyNews(facts["news"])
    what = say(PASSKEY_SENTENCES[news], name=quote_inside(facts["name"]))
    return ToldNews(say(PASSKEY_SUBJECTS[news]), (what, say(NOT_YOU)))


def tell_identity(say: MailTranslator, facts: Mapping[str, str]) -> ToldNews:
    """What became of signing in with an account elsewhere."""
    news, provider = IdentityNews(facts["news"]), facts["provider"]
    subject = say(IDENTITY_SUBJECTS[news], provider=provider)
    what = say(IDENTITY_SENTENCES[news], provider=provider)
    return ToldNews(subject, (what, say(NOT_YOU)))


TELLERS: Mapping[NewsKind, Callable[[MailTranslator, Mapping[str, str]], ToldNews]] = {
    NewsKind.LINK: tell_made_link,
    NewsKind.PASSWORD: tell_password,
    NewsKind.TAKEN: tell_taken_address,
    NewsKind.ADDRESS: tell_new_address,
    NewsKind.FAILURE: tell_failures,
    NewsKind.TWO_STEP: tell_two_steps,
    NewsKind.PASSKEY: tell_passkey,
    NewsKind.IDENTITY: tell_identity,
}
