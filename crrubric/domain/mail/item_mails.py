"""What a reminder of action items says: one person's own items, all of a day in one mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crrubric.domain.mail.mails import MailContext, MailText, MailTranslator, frame_mail
from crrubric.domain.translation import N_


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An action item in a mail, with the evaluation that it belongs to."""

    words: str
    due_on: date
    title: str


def compose_item_reminder(
    say: MailTranslator, to: MailContext, items: Sequence[ItemLine], today: date
) -> MailText:
    """Which action items of the reader are due soon, today, or were due."""
    late = [item for item in items if item.due_on < today]
    now = [item for item in items if item.due_on == today]
    soon = [item for item in items if item.due_on > today]
    paragraphs = [
        *format_due_items(say, say(N_("Overdue:")), late),
        *format_due_items(say, say(N_("Due today:")), now),
        *format_due_items(say, say(N_("Due soon:")), soon),
        say(N_("Say how far they are on your home page: %(link)s"), link=to.link),
        say(
            N_(
                "You receive this e-mail because these action items are yours. You can turn such "
                "reminders off on the page of your account."
            )
        ),
    ]
    subject = say.ngettext(
        "An action item of yours is due", "%(num)s action items of yours are due", len(items)
    )
    return frame_mail(say, to, subject, paragraphs)


def format_due_items(say: MailTranslator, heading: str, items: Sequence[ItemLine]) -> list[str]:
    """A heading with its items below; nothing where there is none."""
    lines = [
        say(
            N_("- %(item)s (%(day)s; %(title)s)"),
            item=" ".join(item.words.split()),
            day=say.day(item.due_on),
            title=item.title,
        )
        for item in items
    ]
    return ["\n".join([heading, *lines])] if lines else []
