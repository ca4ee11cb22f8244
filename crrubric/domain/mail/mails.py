"""What mails say: plain text, composed from translatable sentences. Nothing here sends.

A mail never holds what depends on another person's marks, nor who else has not finished.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crrubric.domain.limits import SHORT_TEXT
from crrubric.domain.people.offers import choose_inviting_words, choose_role_words
from crrubric.domain.text import cut_visibly, isolate_values
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import NoticeKind, Role

SITE_NAME = "crrubric"  # signs where the district has no name yet

# Characters that end a header line, or turn the reading order of what follows.
_BREAKING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

# The notices that ask for an act, and so go out as mails, with their subjects.
MAILED: Mapping[NoticeKind, str] = {
    NoticeKind.PHASE_CHANGED: N_("The phase is now “%(phase)s”"),
    NoticeKind.CLOSING_DAY_MOVED: N_("Scoring now closes on %(day)s"),
    NoticeKind.BALLOT_REOPENED: N_("Your ballot for %(vendor)s is open again"),
    NoticeKind.VOTE_OPENED: N_("Please vote on the must-haves"),
    NoticeKind.VOTE_REOPENED: N_("Your answers in the vote on must-haves are open again"),
    NoticeKind.PLAN_ASKED: N_("Please fill in “%(section)s”"),
    NoticeKind.POSITION_ASKED: N_("Please state your position again"),
    NoticeKind.MARK_AGAIN: N_("Please mark a criterion again"),
    NoticeKind.BALLOT_ENTERED: N_("Please confirm your ballot for %(vendor)s"),
    NoticeKind.BALLOTS_IMPORTED: N_("Please look at ballots that were filled from a file"),
    NoticeKind.ASSIGNMENT_CHANGED: N_("What you have to mark has changed"),
    NoticeKind.ALL_IN: N_("All ballots are in"),
    NoticeKind.KNOWN_IN: N_("All ballots that you may know of are in"),
}


@dataclass(frozen=True, slots=True)
class MailTranslator:
    """Speaks one language: translates a text, and one that depends on a number."""

    gettext: Callable[[str], str]
    ngettext: Callable[..., str]  # (singular, plural, number, **values)
    day: Callable[[date], str]

    def __call__(self, text: str, **values: object) -> str:
        """The text in the reader's language, its placeholders filled: typed ones can't turn it."""
        found = self.gettext(text)
        return found % isolate_values(values) if values else found


@dataclass(frozen=True, slots=True)
class MailContext:
    """To whom, and from which evaluation."""

    name: str
    title: str
    district: str
    link: str


@dataclass(frozen=True, slots=True)
class MailText:
    """What is sent: a subject of one line and a text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedSeat:
    """Which seat somebody is invited to, and by whom."""

    host: str  # a chair; empty for the operator at the server
    roles: frozenset[Role]
    closes_on: date | None  # the last day of scoring, where that is still to come


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderFacts:
    """What a reminder is about: the reader's own open ballots, and until when.

    `vendors` is empty in a text for several people. uninitiated: the reader has no password yet.
    """

    vendors: Sequence[str]
    today: date
    closes_on: date | None
    chair: str = ""  # who reminds, if it is a person
    words: str = ""  # of their own
    uninitiated: bool = False


def clean_header_line(text: str) -> str:
    """Text that is safe in a header: one line, no control characters, read in one direction.

    What begins as an encoded word of RFC 2047 does is parted: the standard library decodes it
    where it makes a header, and a line break that is encoded in it would begin another header.
    """
    line = " ".join(_TURNING.sub("", _BREAKING.sub(" ", text)).split()).replace("=?", "= ?")
    return cut_visibly(line, SHORT_TEXT)


def compose_mail(
    say: MailTranslator, to: MailContext, subject: str, paragraphs: Sequence[str]
) -> MailText:
    """A mail of an evaluation: what it tells, and why one gets it."""
    why = say(
        N_("You receive this e-mail because you are on the committee of “%(title)s”."),
        title=to.title,
    )
    return frame_mail(say, to, subject, [*paragraphs, why])


def frame_mail(
    say: MailTranslator, to: MailContext, subject: str, paragraphs: Sequence[str]
) -> MailText:
    """The frame of every mail: a greeting, its paragraphs, from where it comes."""
    named = say(N_("%(title)s: %(subject)s"), title=to.title, subject=subject)
    greeting = say(N_("Hello %(name)s,"), name=to.name) if to.name else say(N_("Hello,"))
    sign = to.title if to.title == to.district else f"{to.title}\n{to.district}"
    return MailText(clean_header_line(named), "\n\n".join([greeting, *paragraphs, sign]) + "\n")


def compose_invitation(
    say: MailTranslator,
    to: MailContext,
    *,
    seat: InvitedSeat,
    days: int | None,
    used: bool,
    waits: bool = False,
    providers: str = "",
) -> MailText:
    """A seat on the committee; `to.link` works once for `days`, or is the evaluation itself.

    Args: used: whether somebody signs in to the account; else its link came from somebody else;
    waits: the seat counts once the link was used; providers: with whom people sign in, where nobody
    has a password.
    """
    invites = say(
        choose_inviting_words(seat.host, chairs=True),
        chair=seat.host,
        title=to.title,
        district=to.district,
    )
    as_what = say(choose_role_words(seat.roles))
    if seat.closes_on is not None:
        closes = say(N_("Scoring closes on %(day)s."), day=say.day(seat.closes_on))
        as_what = f"{as_what} {closes}"
    if providers:
        how = say(
            N_("Sign in with %(providers)s, with the account that has this e-mail address:"),
            providers=providers,
        )
    elif days is None and used:
        how = say(N_("Sign in as you did before:"))
    elif days is None:
        how = say(
            N_(
                "You were sent a link earlier with which you choose a password. Then you find this "
                "evaluation here:"
            )
        )
    elif waits and used:
        how = say(
            N_(
                "This address has an account, and it is not certain yet that it is yours. Choose "
                "a new password with this link: from then on the seat is yours, and whoever "
                "signed in before is signed out. It works once, for %(days)s days, and it is only "
                "for you: do not share it."
            ),
            days=days,
        )
    else:
        how = say(
            N_(
                "Choose a password with this link. It works once, for %(days)s days, and "
                "it is only for you: do not share it."
            ),
            days=days,
        )
    return compose_mail(
        say, to, say(N_("You are invited to the committee")), [invites, as_what, how, to.link]
    )


def compose_notice_mail(
    say: MailTranslator,
    to: MailContext,
    kind: NoticeKind,
    facts: Mapping[str, str],
    *,
    section: Callable[[str], str] = str,
) -> MailText:
    """What a notice on the page tells; words of ours in it (a phase, a day) are translated.

    Args: section: the title of a section of the workbook in the reader's language, by its code.
    """
    spoken = translate_facts(facts, say, say.day, section=section)
    where = say(N_("See what you need to do: %(link)s"), link=to.link)
    return compose_mail(say, to, say(MAILED[kind], **spoken), [say(kind.label, **spoken), where])


def translate_facts(
    facts: Mapping[str, str],
    say: Callable[[str], str],
    day: Callable[[date], str],
    *,
    section: Callable[[str], str] = str,
) -> dict[str, str]:
    """What a notice tells, in a language: our words and days translated, typed text as it is."""
    speak: dict[str, Callable[[str], str]] = {
        "phase": say,
        "day": lambda text: day(date.fromisoformat(text)),
        "section": section,
    }
    return {key: speak.get(key, str)(value) for key, value in facts.items()}


def compose_reminder(say: MailTranslator, to: MailContext, late: ReminderFacts) -> MailText:
    """That ballots are open, which of the reader's own, and until when."""
    paragraphs = [
        _describe_open_ballots(say, late),
        _describe_closing_day(say, late),
        _describe_first_password(say, late),
        _describe_ballot_link(say, to, late),
    ]
    if late.words:
        said = say(N_("%(chair)s adds:"), chair=late.chair)
        paragraphs.insert(2, f"{said}\n{late.words}")
    return compose_mail(
        say, to, _reminder_subject(say, late), [text for text in paragraphs if text]
    )


def _reminder_subject(say: MailTranslator, late: ReminderFacts) -> str:
    count = len(late.vendors) or 2
    if late.closes_on is None or late.closes_on < late.today:
        return say.ngettext("Please finish your ballot", "Please finish your ballots", count)
    if late.closes_on == late.today:
        return say.ngettext(
            "Please finish your ballot today", "Please finish your ballots today", count
        )
    return say.ngettext(
        "Please finish your ballot by %(day)s",
        "Please finish your ballots by %(day)s",
        count,
        day=say.day(late.closes_on),
    )


def _describe_open_ballots(say: MailTranslator, late: ReminderFacts) -> str:
    if not late.vendors:
        return say(N_("Some of your ballots are still open."))
    begins = say.ngettext(
        "This ballot of yours is still open:",
        "These ballots of yours are still open:",
        len(late.vendors),
    )
    return "\n".join([begins, *(f"- {vendor}" for vendor in late.vendors)])


def _describe_closing_day(say: MailTranslator, late: ReminderFacts) -> str:
    if late.closes_on is None:
        return ""
    if late.closes_on == late.today:
        return say(N_("Scoring closes today."))
    day = say.day(late.closes_on)
    if late.closes_on < late.today:
        return say(N_("The closing day was %(day)s."), day=day)
    return say(N_("Scoring closes on %(day)s."), day=day)


def _describe_first_password(say: MailTranslator, late: ReminderFacts) -> str:
    """How somebody comes in who never did: the link to the ballots asks for a password."""
    if not late.uninitiated:
        return ""
    text = N_(
        "You have not chosen a password yet: do that first, with the link in your invitation. If it"
        " has run out, “Forgot your password?” on the page for signing in sends another."
    )
    return say(text)


def _describe_ballot_link(say: MailTranslator, to: MailContext, late: ReminderFacts) -> str:
    count = len(late.vendors) or 2
    return say.ngettext(
        "Mark and submit it here: %(link)s",
        "Mark and submit them here: %(link)s",
        count,
        link=to.link,
    )
