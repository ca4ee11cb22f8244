"""The outbox and a real mail server: nothing lost, nothing twice, nothing smuggled in."""

import smtplib
from collections.abc import Iterator
from contextvars import Context
from datetime import timedelta
from email.message import EmailMessage
from smtplib import SMTP
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from crrubric.app import create_app
from crrubric.cli import root_group
from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.vocabulary import MailKind, MailState, NoticeKind, Phase, Role, Stakeholder
from crrubric.extensions import db
from crrubric.models import District, Invite, Member, Notice, OutgoingMail, User
from crrubric.queries.people.people import OPERATOR
from crrubric.services.ballots import seals
from crrubric.services.mail.notices import notify_members
from crrubric.services.mail.posting import send_due_mails
from crrubric.services.mail.smtp import SmtpClient, SmtpMessage
from crrubric.services.people.administration import change_address
from crrubric.services.people.links import accept_invite
from crrubric.services.setup import committee, phases
from crrubric.services.shared.unit import unit_of_work
from crrubric.web.mail.lateness import describe_mail_state
from tests.conftest import set_settings
from tests.factories import Factory, Made, ballot_of, foresee
from tests.integration.conftest import Visit
from tests.mail_server import CERTIFICATE, Post, serving

SITE = "https://score.district.example"


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A mail server, and the site set up to use it without TLS."""
    with serving() as server:
        use(app, monkeypatch, server.port)
        yield server


def use(app: Flask, monkeypatch: pytest.MonkeyPatch, port: int, security: str = "none") -> None:
    set_settings(
        app,
        monkeypatch,
        MAIL_HOST="localhost",
        MAIL_PORT=port,
        MAIL_SECURITY=security,
        MAIL_SENDER="score@district.example",
        SITE_URL=SITE,
    )


def mails(*kinds: MailKind) -> list[OutgoingMail]:
    db.session.rollback()
    wanted = select(OutgoingMail).order_by(OutgoingMail.id)
    return list(db.session.scalars(wanted.where(OutgoingMail.kind.in_(kinds or list(MailKind)))))


def wait_no_more() -> None:
    """What waits for its next try is due now."""
    with unit_of_work() as session:
        session.execute(update(OutgoingMail).values(next_try_at=now_utc()))


def clear() -> None:
    """Forget the mails of how the evaluation was made."""
    with unit_of_work() as session:
        for mail in session.scalars(select(OutgoingMail)):
            session.delete(mail)


def one_mail(made: Made, words: str = "Please look again.") -> OutgoingMail:
    """One mail that waits: the first reviewer's ballot was reopened."""
    clear()
    told = {"vendor": "Acme", "reason": words}
    with unit_of_work() as session:
        notify_members(
            session,
            [ballot_of(made, 0, 0).member_id],
            NoticeKind.BALLOT_REOPENED,
            told,
            vendor_id=None,
        )
    return mails()[0]


def test_a_mail_is_stored_in_the_same_transaction_and_sent_later(make: Factory, post: Post):
    made = make.evaluation(phase=Phase.SCORING)
    mail = one_mail(made)
    assert (mail.state, post.mails) == (MailState.WAITING, [])

    done = send_due_mails()

    (_addresses, message), = post.mails  # fmt: skip
    assert (done.sent, done.down, mails()[0].state) == (1, "", MailState.SENT)
    assert message["To"].addresses[0].addr_spec == mail.to_address
    assert message["From"].addresses[0].addr_spec == "score@district.example"
    assert message["Subject"] == "Credit recovery: Your ballot for Acme is open again"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@score.district.example>")
    assert message["Date"].datetime.tzinfo is not None
    assert message.get_content_type() == "text/plain"
    body = message.get_content()
    assert "The chair reopened your ballot for Acme. Why: Please look again." in body
    assert f"{SITE}/evaluations/{made.slug}/" in body


def test_a_mail_is_rolled_back_with_its_transaction(make: Factory, post: Post):
    made = make.evaluation(phase=Phase.SCORING)
    clear()

    def fail() -> None:
        with unit_of_work() as session:
            member = ballot_of(made, 0, 0).member_id
            notify_members(session, [member], NoticeKind.POSITION_ASKED, {}, vendor_id=None)
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        fail()

    assert mails() == []
    assert send_due_mails().sent == 0


def test_only_notices_that_require_action_are_mailed(make: Factory, post: Post):
    made = make.evaluation(phase=Phase.SCORING)
    clear()

    with unit_of_work() as session:
        notify_members(
            session,
            [ballot_of(made, 0, 0).member_id],
            NoticeKind.PRACTICE_SHOWN,
            {},
            vendor_id=None,
        )

    assert mails() == []


def test_no_mail_is_lost_while_the_server_is_down(
    app: Flask, make: Factory, post: Post, monkeypatch: pytest.MonkeyPatch
):
    one_mail(make.evaluation(phase=Phase.SCORING))
    set_settings(app, monkeypatch, MAIL_PORT=1)

    down = send_due_mails()
    waits = mails()[0]

    assert (down.sent, bool(down.down)) == (0, True)
    assert (waits.state, waits.attempts, waits.last_error) == (MailState.WAITING, 1, down.down)
    assert timedelta(0) < waits.next_try_at - now_utc() <= timedelta(minutes=1)
    assert send_due_mails().down == ""  # nothing is due now

    set_settings(app, monkeypatch, MAIL_PORT=post.port)
    wait_no_more()
    assert send_due_mails().sent == 1
    assert mails()[0].last_error == ""


def test_a_temporary_refusal_is_tried_again(make: Factory, post: Post):
    mail = one_mail(make.evaluation(phase=Phase.SCORING))
    post.to_recipient[mail.to_address] = ["451 greylisted, come again"]

    first = send_due_mails()
    assert (first.sent, first.later, mails()[0].last_error) == (0, 1, "451 greylisted, come again")

    wait_no_more()
    assert (send_due_mails().sent, post.addresses) == (1, [mail.to_address])


def test_a_permanent_refusal_fails_at_once_with_the_reason(make: Factory, post: Post):
    mail = one_mail(make.evaluation(phase=Phase.SCORING))
    post.to_recipient[mail.to_address] = ["550 no such person"]

    done = send_due_mails()

    assert (done.sent, done.failed, done.down) == (0, 1, "")
    assert (mails()[0].state, mails()[0].last_error) == (MailState.FAILED, "550 no such person")
    wait_no_more()
    assert send_due_mails().sent == 0


def test_a_mail_fails_after_three_days_of_tries(make: Factory, post: Post):
    one_mail(make.evaluation(phase=Phase.SCORING))
    with unit_of_work() as session:
        session.execute(update(OutgoingMail).values(due_at=now_utc() - timedelta(days=4)))

    assert send_due_mails().sent == 0
    assert mails()[0].state is MailState.FAILED


def test_two_senders_send_each_mail_once(app: Flask, make: Factory, post: Post):
    made = make.evaluation(phase=Phase.SCORING, reviewers=6)
    clear()
    people = list(db.session.scalars(select(Member.id).where(Member.is_reviewer)))
    for _number in range(3):
        with unit_of_work() as session:
            notify_members(session, people, NoticeKind.POSITION_ASKED, {}, vendor_id=None)
    post.delay = 0.02
    db.session.rollback()

    def sender() -> None:
        with app.app_context():
            send_due_mails()

    threads = [Thread(target=Context().run, args=(sender,)) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    keys = [message["Message-ID"] for _to, message in post.mails]
    assert (len(keys), len(set(keys)), made.slug) == (18, 18, "credit-recovery")
    assert {mail.state for mail in mails()} == {MailState.SENT}


def test_a_mail_whose_sender_crashed_is_sent_again_with_the_same_id(make: Factory, post: Post):
    one_mail(make.evaluation(phase=Phase.SCORING))
    send_due_mails()
    with unit_of_work() as session:  # as if the process had died before it could note it
        held = {"sent_at": None, "held_until": now_utc() + timedelta(minutes=9)}
        session.execute(update(OutgoingMail).values(**held))

    assert send_due_mails().sent == 0
    with unit_of_work() as session:
        session.execute(update(OutgoingMail).values(held_until=now_utc()))

    assert send_due_mails().sent == 1
    assert len({message.as_bytes() for _to, message in post.mails}) == 1
    assert mails()[0].unsure_at is not None


def test_a_mail_whose_answer_was_lost_is_sent_again_as_it_was_and_the_outbox_says_so(
    app: Flask, make: Factory, post: Post
):
    one_mail(make.evaluation(phase=Phase.SCORING))
    post.answers_lost = 1

    down = send_due_mails()
    (waiting,) = mails()
    attempts = waiting.attempts
    with app.test_request_context():
        said = [describe_mail_state(waiting)]
    listed = app.test_cli_runner().invoke(root_group, ["mail", "list"], obj=lambda _settings: app)
    wait_no_more()
    again = send_due_mails()
    (sent,) = mails()
    with app.test_request_context():
        said.append(describe_mail_state(sent))

    assert (bool(down.down), again.sent, len(post.mails)) == (True, 1, 2)
    assert (attempts, sent.attempts, sent.state) == (1, 2, MailState.SENT)
    first, second = (message.as_bytes() for _to, message in post.mails)
    assert first == second  # with its Message-ID and date: a second copy can be known
    assert "may have arrived already" in said[0]
    assert "may have arrived twice" in said[1]
    assert "an earlier try had no answer, so that it may arrive twice" in listed.output


def test_a_mail_that_was_refused_or_never_handed_over_is_not_said_to_have_arrived(
    app: Flask, make: Factory, post: Post, monkeypatch: pytest.MonkeyPatch
):
    mail = one_mail(make.evaluation(phase=Phase.SCORING))
    post.to_recipient[mail.to_address] = ["451 later"]
    send_due_mails()
    post.to_data = ["421 closing", "451 later"]
    for _twice in range(2):
        wait_no_more()
        send_due_mails()
    set_settings(app, monkeypatch, MAIL_PORT=1)
    wait_no_more()
    send_due_mails()

    (waiting,) = mails()
    assert (waiting.attempts, waiting.unsure_at, post.mails) == (4, None, [])


def test_what_breaks_before_the_second_mail_of_a_conversation_says_nothing_of_it(
    make: Factory, post: Post, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(phase=Phase.SCORING)
    clear()
    people = list(db.session.scalars(select(Member.id).where(Member.is_reviewer)))
    with unit_of_work() as session:
        notify_members(session, people, NoticeKind.POSITION_ASKED, {}, vendor_id=None)
    before = smtplib.SMTP.mail
    tried: list[str] = []

    def break_at_second(self: smtplib.SMTP, sender: str, *options: object) -> object:
        tried.append(sender)
        if len(tried) > 1:
            self.close()
        return before(self, sender, *options)

    monkeypatch.setattr(smtplib.SMTP, "mail", break_at_second)
    done = send_due_mails()

    assert (done.sent, bool(done.down), made.slug) == (1, True, "credit-recovery")
    assert [mail.unsure_at for mail in mails()] == [None, None]


@pytest.mark.parametrize(
    "evil",
    [
        "x\r\nBcc: spy@x.example",
        "=?utf-8?q?x=0ABcc:_spy=40x.example?=",  # encoded words, of which the library makes
        "=?utf-8?b?eA1CY2M6IHNweUB4LmV4YW1wbGU=?=",  # line breaks in the header
    ],
)
def test_typed_text_can_not_add_a_mail_header(make: Factory, post: Post, evil: str):
    made = make.evaluation(phase=Phase.SCORING, title="Crédit 恢复 \u202eover")
    mail = one_mail(made, words="Fine.\nBcc: spy@x.example\n\n.\nQUIT")
    with unit_of_work() as session:  # past every gate of ours
        session.execute(update(District).values(name=evil))
        session.execute(update(OutgoingMail).values(subject=evil, to_name=evil))

    assert send_due_mails().sent == 1
    (addresses, message), = post.mails  # fmt: skip
    assert (addresses, message["Bcc"]) == ([mail.to_address], None)
    assert message["Subject"] == evil.replace("\r\n", " ").replace("=?", "= ?")
    assert message["To"].addresses[0].display_name == message["Subject"]
    assert message["From"].addresses[0].display_name == f"crrubric for {message['Subject']}"
    assert "Bcc: spy@x.example\n\n.\nQUIT" in message.get_content().replace("\r\n", "\n")


def test_names_in_any_writing_system_arrive_as_typed(make: Factory, post: Post):
    made = make.evaluation(phase=Phase.SCORING, title="Évaluation 恢复")
    mail = one_mail(made, words="Überprüfen, 請")
    with unit_of_work() as session:
        session.execute(update(OutgoingMail).values(to_name="Rosa, Díaz “R” 李"))

    send_due_mails()

    _to, message = post.mails[0]
    assert message["To"].addresses[0].display_name == "Rosa, Díaz “R” 李"
    assert message["Subject"].startswith("Évaluation 恢复: ")
    assert "Überprüfen, 請" in message.get_content()
    assert mail.to_address in message["To"]


@pytest.mark.parametrize(
    "address",
    ["a..b@x.example", "jösé@x.example", "a b@x.example", "m@[x.y", "m@x]y.z", "@", "m@"],
)
def test_an_impossible_address_fails_and_the_other_mails_are_sent(
    make: Factory, post: Post, address: str
):
    made = make.evaluation(phase=Phase.SCORING)
    clear()
    people = [ballot_of(made, 0, 0).member_id, ballot_of(made, 1, 0).member_id]
    with unit_of_work() as session:
        notify_members(session, people, NoticeKind.POSITION_ASKED, {}, vendor_id=None)
    with unit_of_work() as session:
        first = select(OutgoingMail.id).order_by(OutgoingMail.id).limit(1).scalar_subquery()
        bad = update(OutgoingMail).where(OutgoingMail.id == first)
        session.execute(bad.values(to_address=address))

    done = send_due_mails()

    assert (done.sent, done.down) == (1, "")
    assert [mail.state for mail in mails()] == [MailState.FAILED, MailState.SENT]


@pytest.mark.both_databases
def test_whatever_goes_wrong_with_one_mail_the_others_are_sent(
    make: Factory, post: Post, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(phase=Phase.SCORING)
    clear()
    people = [ballot_of(made, 0, 0).member_id, ballot_of(made, 1, 0).member_id]
    with unit_of_work() as session:
        notify_members(session, people, NoticeKind.POSITION_ASKED, {}, vendor_id=None)
    bad, take = mails()[0].id, SMTP.send_message

    def stumble(server: SMTP, message: EmailMessage) -> object:
        if f"-{bad}-" in message["Message-ID"]:
            raise AttributeError("no such thing")
        return take(server, message)

    monkeypatch.setattr(SMTP, "send_message", stumble)

    done = send_due_mails()

    assert (done.sent, done.failed, done.down) == (1, 1, "")
    assert [mail.state for mail in mails()] == [MailState.FAILED, MailState.SENT]
    assert mails()[0].last_error == "no such thing"


def test_without_starttls_nothing_is_sent(
    app: Flask, make: Factory, post: Post, monkeypatch: pytest.MonkeyPatch
):
    one_mail(make.evaluation(phase=Phase.SCORING))
    set_settings(app, monkeypatch, MAIL_SECURITY="starttls")

    done = send_due_mails()

    assert (done.sent, "STARTTLS" in done.down, post.mails) == (0, True, [])


@pytest.mark.parametrize("vouched", [True, False])
def test_a_certificate_is_verified(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, vouched: bool
):
    with serving(tls=True) as server:
        use(app, monkeypatch, server.port, security="starttls")
        one_mail(make.evaluation(phase=Phase.SCORING))
        if vouched:
            monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

        done = send_due_mails()

        assert (done.sent, bool(done.down), len(server.mails)) == (vouched, not vouched, vouched)


def invite(made: Made, email: str = "rosa@school.example") -> committee.Invitation:
    return committee.invite_member(
        made.chair,
        made.slug,
        name="Rosa Díaz",
        email=email,
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.PARENT,
    )


def test_an_invitation_goes_out_with_its_link_and_the_link_is_not_kept(make: Factory, post: Post):
    made = make.evaluation()
    clear()
    invitation = invite(made)
    (link,) = [word for word in mails()[0].body.split() if f"{SITE}/invitations/" in word]
    assert invitation.token not in link  # the chair reads another one

    assert send_due_mails().sent == 1

    assert link in post.mails[0][1].get_content()
    assert (mails()[0].body, mails()[0].state) == ("", MailState.SENT)


@pytest.mark.parametrize("tried", [False, True])
def test_what_waits_for_an_address_that_was_mistyped_goes_to_the_right_one(
    make: Factory, post: Post, tried: bool
):
    made = make.evaluation(phase=Phase.SCORING)
    mail = one_mail(made)
    former = mail.to_address
    if tried:
        post.to_recipient[mail.to_address] = ["451 later"]
        send_due_mails()
        wait_no_more()

    user = db.session.scalars(select(User).where(User.email == mail.to_address)).one()
    change_address(OPERATOR, user.id, "right@school.example")
    send_due_mails()

    told = [addresses for addresses, message in post.mails if "is open again" in message["Subject"]]
    assert told == [["right@school.example"]]
    # of the change itself both are told
    of_change = [row.to_address for row in mails(MailKind.ACCOUNT)]
    assert of_change == [former, "right@school.example"]


def test_a_link_that_stopped_working_is_not_sent(make: Factory, post: Post):
    made = make.evaluation()
    clear()
    first = invite(made)
    second = committee.renew_invite(made.chair, made.slug, first.member.id)
    assert [(mail.state, bool(mail.body)) for mail in mails()] == [
        (MailState.SET_ASIDE, False),
        (MailState.WAITING, True),
    ]

    accept_invite(second.token or "", password="four plain words here")

    assert [mail.state for mail in mails()] == [MailState.SET_ASIDE, MailState.SET_ASIDE]
    assert send_due_mails().sent == 0


@pytest.mark.parametrize(
    ("answers", "state"), [([], MailState.SENT), (["451 later"], MailState.SET_ASIDE)]
)
def test_a_link_can_be_renewed_while_its_mail_is_being_sent(
    make: Factory,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[str],
    state: MailState,
):
    made = make.evaluation()
    clear()
    first = invite(made)
    post.to_recipient[mails()[0].to_address] = list(answers)
    send = SmtpClient.send

    def meanwhile(server: SmtpClient, letter: SmtpMessage) -> None:
        monkeypatch.setattr(SmtpClient, "send", send)
        committee.renew_invite(made.chair, made.slug, first.member.id)
        send(server, letter)

    monkeypatch.setattr(SmtpClient, "send", meanwhile)
    send_due_mails()

    assert [mail.state for mail in mails()] == [state, MailState.SENT]


def test_an_invited_person_with_a_password_gets_a_mail_without_a_link(make: Factory, post: Post):
    made = make.evaluation()
    user = make.user("Sam Has One")
    clear()

    assert invite(made, user.email).token is None
    with pytest.raises(Invalid, match="on the committee already"):  # and know it
        invite(made, user.email)

    (mail,) = mails()
    assert f"{SITE}/evaluations/{made.slug}/" in mail.body
    assert "/invitations/" not in mail.body


def test_a_removed_member_gets_no_mail(make: Factory, post: Post):
    made = make.evaluation(phase=Phase.SCORING)
    one_mail(made)
    committee.remove_member(made.chair, made.slug, ballot_of(made, 0, 0).member_id)

    assert send_due_mails().sent == 0
    assert mails()[0].state is MailState.SET_ASIDE


def test_with_mail_off_mails_are_stored_unsent_and_links_are_not_kept(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    invite(made)

    found = mails()

    assert {mail.state for mail in found} == {MailState.SET_ASIDE}
    assert [mail.body for mail in found if mail.kind is MailKind.INVITATION][-1] == ""
    assert db.session.scalar(select(Invite.token_hash)) is not None
    with pytest.raises(NotReady, match="Mail is off"):
        send_due_mails()


def test_everybody_is_told_of_a_phase_once(make: Factory, post: Post):
    made = make.evaluation()
    clear()

    phases.change_phase(made.chair, made.slug, Phase.SCORING)

    people = db.session.scalars(
        select(User.email).where(User.id.in_([row.user_id for row in made.reviewers]))
    )
    assert sorted(mail.to_address for mail in mails()) == sorted(people)
    assert {"Credit recovery: The phase is now “Scoring”"} == {mail.subject for mail in mails()}


def all_in() -> list[int]:
    wanted = select(Notice.member_id).where(Notice.kind == NoticeKind.ALL_IN)
    return list(db.session.scalars(wanted))


def test_chairs_are_told_when_the_last_ballot_is_in_and_again_after_a_reopening(
    make: Factory, post: Post
):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2, vendors=1)
    clear()
    make.submit(made, 0, 0, "not seen")
    assert (all_in(), mails()) == ([], [])

    make.submit(made, 1, 0, "not seen")
    (mail,) = mails()
    assert (len(all_in()), mail.subject) == (1, "Credit recovery: All ballots are in")

    seals.reopen_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, reason="Look again")
    assert len(all_in()) == 1
    make.submit(made, 0, 0, "not seen")
    assert len(all_in()) == 2


def test_ballots_of_recused_and_removed_members_are_not_awaited(make: Factory, post: Post):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, vendors=1)
    make.conflict(made, 1, 0, "My brother works there")
    committee.remove_member(made.chair, made.slug, ballot_of(made, 2, 0).member_id)

    make.submit(made, 0, 0, "not seen")

    assert len(all_in()) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "MAIL_SENDER"),
        ({"MAIL_SENDER": "a@x.example"}, "SITE_URL"),
        ({"MAIL_SENDER": "a@x.example", "SITE_URL": "score.example"}, "SITE_URL"),
        ({"MAIL_SENDER": "a@x.example", "SITE_URL": SITE, "MAIL_SECURITY": "ssl"}, "MAIL_SECURITY"),
        (
            {
                "MAIL_SENDER": "a@x.example",
                "SITE_URL": SITE,
                "MAIL_SECURITY": "none",
                "MAIL_USER": "u",
            },
            "MAIL_USER",
        ),
    ],
)
def test_incomplete_mail_settings_stop_the_start(tmp_path, settings: dict[str, str], words: str):
    with pytest.raises(Invalid, match=words):
        create_app({"INSTANCE": str(tmp_path), "MAIL_HOST": "mail.example", **settings})


def test_the_chair_is_informed_that_the_link_is_being_sent(make: Factory, post: Post, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    form = {
        "name": "Rosa", "email": "rosa@x.example", "roles": "reviewer", "stakeholder": "parent",
    }  # fmt: skip

    shown = chair.post(made.url("committee/"), form, follow_redirects=True)

    assert "is on its way to them" in shown.text
    assert "/invitations/" in shown.text


def test_links_use_the_address_in_the_settings_whatever_the_request_says(
    app: Flask, make: Factory, post: Post, visit: Visit
):
    made = make.evaluation()
    clear()
    chair = visit(made.chair)

    version = foresee(made, Phase.SCORING)
    chair.post(
        made.url("phase"),
        {"to": "SCORING", "version": version},
        headers={"X-Forwarded-Host": "evil.example"},
    )

    assert len(mails()) == 2
    assert [mail.id for mail in mails() if "evil" in mail.body or SITE not in mail.body] == []
