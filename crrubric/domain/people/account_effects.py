"""What an administrator's act on somebody's account will do, said before it is done."""

from dataclasses import dataclass
from enum import StrEnum

from crrubric.domain.foreseen import Foreseen, Remark, keep_remarks, make_list_remark
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Standing


class AccountAct(StrEnum):
    """What can be done with the account of somebody else, as the address of its page says it."""

    MAKE_MEMBER = "member"
    MAKE_ORGANIZER = "organizer"
    MAKE_ADMINISTRATOR = "administrator"
    DISABLE = "disable"
    ENABLE = "enable"
    CONFIRM_ADDRESS = "address"
    TURN_OFF_TWO_STEPS = "second-step"
    END_IDENTITIES = "identities"
    SIGN_OUT = "sessions"


STANDING_OF = {
    AccountAct.MAKE_MEMBER: Standing.MEMBER,
    AccountAct.MAKE_ORGANIZER: Standing.ORGANIZER,
    AccountAct.MAKE_ADMINISTRATOR: Standing.ADMINISTRATOR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """Of an account, for the administrator who is about to do something with it.

    led: titles of evaluations that nobody else could chair; administrators_left: how many others
    there are who can sign in; waiting: seats that count once the address is certain; asked:
    whether the settings ask administrators for a second step, and the account has none.
    """

    name: str
    email: str
    standing: Standing
    disabled: bool
    proven: bool
    two_steps: bool
    providers: tuple[str, ...] = ()
    seats: int = 0
    waiting: int = 0
    led: tuple[str, ...] = ()
    administrators_left: int = 0
    asked: bool = False


def list_account_acts(facts: AccountFacts) -> list[AccountAct]:
    """What can be done with the account as it is."""
    if facts.disabled:
        return [AccountAct.ENABLE]
    offered = [
        (AccountAct.CONFIRM_ADDRESS, not facts.proven),
        *((act, facts.standing is not standing) for act, standing in STANDING_OF.items()),
        (AccountAct.END_IDENTITIES, bool(facts.providers)),
        (AccountAct.TURN_OFF_TWO_STEPS, facts.two_steps),
        (AccountAct.SIGN_OUT, True),
        (AccountAct.DISABLE, True),
    ]
    return [act for act, possible in offered if possible]


def foresee_account_act(act: AccountAct, facts: AccountFacts) -> Foreseen:
    """What follows from the act, and what to know before."""
    if act in STANDING_OF:
        return foresee_standing(STANDING_OF[act], facts)
    foresee = {
        AccountAct.DISABLE: foresee_disabling,
        AccountAct.ENABLE: foresee_enabling,
        AccountAct.CONFIRM_ADDRESS: foresee_vouching,
        AccountAct.TURN_OFF_TWO_STEPS: foresee_two_steps_reset,
        AccountAct.END_IDENTITIES: foresee_identities_end,
        AccountAct.SIGN_OUT: foresee_signing_out,
    }
    return foresee[act](facts)


NOTED = Remark(N_("The journal of this site keeps that you did it."))
UNTOLD = Remark(N_("No mail is sent about it."))
SIGNED_OUT = N_(
    "%(name)s is signed out at once, in every browser, and the link of a calendar ends."
)
MAY = {
    Standing.MEMBER: N_("%(name)s starts no evaluation any more, and takes part where invited."),
    Standing.ORGANIZER: N_("%(name)s may start evaluations and chairs those."),
    Standing.ADMINISTRATOR: N_(
        "%(name)s looks after the site: adds and disables accounts, makes other administrators,"
        " names acting chairs, and removes records together with a second administrator."
    ),
}


def foresee_standing(standing: Standing, facts: AccountFacts) -> Foreseen:
    """Another role on the site: more to do there, or less."""
    name = {"name": facts.name}
    rises = standing is Standing.ADMINISTRATOR
    leaves = facts.standing is Standing.ADMINISTRATOR
    return Foreseen(
        keep_remarks(
            [
                (True, Remark(MAY[standing], name)),
                (rises, Remark(N_("That shows them no marks: those are for committees alone."))),
                (leaves, Remark(N_("%(name)s looks after accounts and the site no more."), name)),
                (
                    rises and facts.asked,
                    Remark(N_("%(name)s has to set up a second step at the next sign-in."), name),
                ),
                (facts.seats, tell_of_seats(facts)),
                (True, Remark(N_("It can be changed again here, by any other administrator."))),
                (True, UNTOLD),
                (True, NOTED),
            ]
        ),
        keep_remarks(
            [
                (
                    rises,
                    Remark(
                        N_("%(name)s can then change your role as well, and disable your account."),
                        name,
                    ),
                ),
                (leaves and facts.administrators_left < 2, ALONE),
                (rises and not facts.proven, UNPROVEN),
            ]
        ),
    )


ALONE = Remark(
    N_(
        "Then you are the only administrator: nobody confirms what you propose to remove, and only"
        " whoever runs the server helps you if you can’t sign in."
    )
)
UNPROVEN = Remark(
    N_("It is not certain that the address is theirs: somebody else may use this account.")
)


def tell_of_seats(facts: AccountFacts) -> Remark:
    """The seats, which stay whatever is done with the account."""
    return Remark(N_("Seats on committees that stay: %(count)s."), {"count": facts.seats})


def foresee_disabling(facts: AccountFacts) -> Foreseen:
    """Nobody signs in with the account any more."""
    name = {"name": facts.name}
    return Foreseen(
        keep_remarks(
            [
                (True, Remark(SIGNED_OUT, name)),
                (True, Remark(N_("Nobody can sign in with this account, in whatever way."))),
                (True, Remark(N_("Links for invitations and passwords stop working for good."))),
                (facts.seats, tell_of_seats(facts)),
                (True, Remark(N_("Marks and the record stay as they are."))),
                (True, Remark(N_("You can enable it again here; links have to be made anew."))),
                (True, UNTOLD),
                (True, NOTED),
            ]
        ),
        keep_remarks(
            [
                (
                    facts.led,
                    make_list_remark(
                        N_("Nobody else chairs these evaluations, %(count)s:"), facts.led
                    ),
                ),
                (
                    facts.standing is Standing.ADMINISTRATOR and facts.administrators_left < 2,
                    ALONE,
                ),
            ]
        ),
    )


def foresee_enabling(facts: AccountFacts) -> Foreseen:
    """Whoever holds the account signs in again."""
    name = {"name": facts.name}
    return Foreseen(
        keep_remarks(
            [
                (
                    True,
                    Remark(N_("%(name)s can sign in again, with the password of before."), name),
                ),
                (facts.seats, tell_of_seats(facts)),
                (
                    facts.standing is Standing.ADMINISTRATOR,
                    Remark(N_("%(name)s is an administrator of this site again."), name),
                ),
                (True, NOTED),
            ]
        )
    )


def foresee_vouching(facts: AccountFacts) -> Foreseen:
    """The address counts as theirs, because an administrator knows it."""
    values = {"name": facts.name, "email": facts.email}
    return Foreseen(
        keep_remarks(
            [
                (
                    True,
                    Remark(
                        N_("It is held to be certain that %(email)s belongs to %(name)s."), values
                    ),
                ),
                (
                    facts.waiting,
                    Remark(
                        N_("Seats that wait for it, and are theirs at once: %(count)s."),
                        {"count": facts.waiting},
                    ),
                ),
                (True, Remark(N_("That can’t be taken back. The journal keeps that you vouched."))),
            ]
        ),
        (
            Remark(
                N_(
                    "Do it only if you know the person and the address: whoever uses this account"
                    " now reads what these committees show to %(name)s."
                ),
                {"name": facts.name},
            ),
        ),
    )


def foresee_two_steps_reset(facts: AccountFacts) -> Foreseen:
    """One step is enough until a second is set up again."""
    name = {"name": facts.name}
    return Foreseen(
        keep_remarks(
            [
                (
                    True,
                    Remark(
                        N_(
                            "Authenticator app, passkeys and recovery codes of %(name)s work no"
                            " more."
                        ),
                        name,
                    ),
                ),
                (
                    True,
                    Remark(N_("One step is enough to sign in until they set up the second again.")),
                ),
                (True, Remark(SIGNED_OUT, name)),
                (True, Remark(N_("They are told of it. That can’t be taken back."))),
                (True, NOTED),
            ]
        ),
        (
            Remark(
                N_(
                    "Make sure that it is %(name)s who asks, by a call or in person: this is how"
                    " somebody else would try to come in."
                ),
                name,
            ),
        ),
    )


def foresee_identities_end(facts: AccountFacts) -> Foreseen:
    """No account elsewhere opens this one."""
    name = {"name": facts.name}
    return Foreseen(
        keep_remarks(
            [
                (
                    True,
                    make_list_remark(
                        N_("%(name)s signs in with no account of these any more, %(count)s:"),
                        facts.providers,
                        name=facts.name,
                    ),
                ),
                (True, Remark(N_("The account here is connected anew at the next sign-in there."))),
                (True, Remark(SIGNED_OUT, name)),
                (True, Remark(N_("They are told of it. That can’t be taken back."))),
                (True, NOTED),
            ]
        ),
        keep_remarks(
            [
                (
                    facts.two_steps,
                    Remark(
                        N_(
                            "If it was the wrong person, turn off the second step as well: a"
                            " passkey of theirs would still let them in."
                        )
                    ),
                )
            ]
        ),
    )


def foresee_signing_out(facts: AccountFacts) -> Foreseen:
    """Every session ends; the password stays."""
    name = {"name": facts.name}
    return Foreseen(
        (
            Remark(SIGNED_OUT, name),
            Remark(N_("The password stays: %(name)s can sign in again."), name),
            Remark(N_("What is typed and not saved yet stays in the browser where it was typed.")),
            NOTED,
        )
    )
