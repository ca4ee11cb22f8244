"""What mails say."""

from dataclasses import replace
from datetime import date

import pytest

from crrubric.domain.mail import mails
from crrubric.domain.mail.mails import MailContext, MailTranslator, ReminderFacts, clean_header_line
from crrubric.domain.vocabulary import NoticeKind


def plural(one: str, many: str, count: int, **values: object) -> str:
    return (one if count == 1 else many) % values


SAY = MailTranslator(str, plural, date.isoformat)
TO = MailContext("Rosa Díaz", "Credit Recovery 2027", "Lakeside", "https://x.example/e/ballots/")
TODAY = date(2027, 3, 17)


def test_a_reminder_names_the_readers_own_ballots_and_the_day():
    mail = mails.compose_reminder(
        SAY, TO, ReminderFacts(vendors=["Acme", "Bolt"], today=TODAY, closes_on=date(2027, 3, 19))
    )

    assert mail.subject == "Credit Recovery 2027: Please finish your ballots by 2027-03-19"
    assert mail.body == (
        "Hello Rosa Díaz,\n\nThese ballots of yours are still open:\n- Acme\n- Bolt\n\nScoring "
        "closes on 2027-03-19.\n\nMark and submit them here: https://x.example/e/ballots/\n\nYou "
        "receive this e-mail because you are on the committee of “Credit Recovery 2027”.\n\n"
        "Credit Recovery 2027\nLakeside\n"
    )


@pytest.mark.parametrize(
    ("closes_on", "subject", "sentence"),
    [
        (None, "Please finish your ballot", ""),
        (TODAY, "Please finish your ballot today", "Scoring closes today."),
        (date(2027, 3, 16), "Please finish your ballot", "The closing day was 2027-03-16."),
    ],
)
def test_a_reminder_knows_the_closing_day(closes_on: date | None, subject: str, sentence: str):
    mail = mails.compose_reminder(
        SAY, TO, ReminderFacts(vendors=["Acme"], today=TODAY, closes_on=closes_on)
    )

    assert mail.subject == f"Credit Recovery 2027: {subject}"
    assert "This ballot of yours is still open:\n- Acme\n" in mail.body
    assert sentence in mail.body


def test_who_has_no_password_yet_is_told_how_to_come_in():
    late = ReminderFacts(vendors=["Acme"], today=TODAY, closes_on=None)
    new = replace(late, uninitiated=True)

    found = [
        "not chosen a password" in mails.compose_reminder(SAY, TO, one).body for one in (late, new)
    ]

    assert found == [False, True]


def test_a_message_of_the_chair_is_shown_with_the_name_of_the_chair():
    mail = mails.compose_reminder(
        SAY,
        TO,
        ReminderFacts(
            vendors=["Acme"], today=TODAY, closes_on=None, chair="Dana", words="Call me\nif stuck."
        ),
    )

    assert "\n\nDana adds:\nCall me\nif stuck.\n\n" in mail.body


def test_a_phase_is_translated_and_typed_text_is_not():
    spanish = {"Scoring": "Puntuación", "Acme": "WRONG"}
    say = MailTranslator(lambda text: spanish.get(text, text), SAY.ngettext, SAY.day)

    phase = mails.compose_notice_mail(say, TO, NoticeKind.PHASE_CHANGED, {"phase": "Scoring"})
    vendor = mails.compose_notice_mail(say, TO, NoticeKind.BALLOT_ENTERED, {"vendor": "Acme"})

    assert phase.subject.endswith("The phase is now “Puntuación”")
    assert vendor.subject.endswith("Please confirm your ballot for Acme")


def test_typed_text_can_not_change_the_direction_of_the_text_around_it():
    told = {"vendor": "شركة (2027)", "reason": "I \u202easked"}

    mail = mails.compose_notice_mail(SAY, TO, NoticeKind.BALLOT_REOPENED, told)

    assert "your ballot for \u2068شركة (2027)\u2069. Why: I asked" in mail.body
    assert mail.subject == "Credit Recovery 2027: Your ballot for شركة (2027) is open again"


@pytest.mark.parametrize("kind", list(mails.MAILED))
def test_every_mailed_notice_has_a_text(kind: NoticeKind):
    facts = dict.fromkeys(
        ("phase", "vendor", "vendors", "reason", "criterion", "name", "section"), "FACT"
    )
    facts["day"] = "2027-03-19"

    mail = mails.compose_notice_mail(SAY, TO, kind, facts)

    assert "%(" not in mail.subject + mail.body
    assert TO.link in mail.body


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("A\r\nBcc: all@x.example", "A Bcc: all@x.example"),
        ("=?utf-8?q?A=0ABcc:_all?=", "= ?utf-8?q?A=0ABcc:_all?="),
        ("=\u200e?utf-8?b?QQpCY2M6?=", "= ?utf-8?b?QQpCY2M6?="),
        ("A\u2028B\x00C\x85D", "A B C D"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("Ünïcode 👩‍🏫 stays", "Ünïcode 👩‍🏫 stays"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_a_header_is_one_line_that_reads_in_one_direction(typed: str, safe: str):
    assert clean_header_line(typed) == safe
