"""crrubric user …"""

import click
from sqlalchemy import select

from crrubric.cli.district import add_district_options, set_up_district
from crrubric.cli.running import begin_in_app, print_line, run_in_app
from crrubric.config import current_settings
from crrubric.domain.errors import Invalid
from crrubric.domain.text import email_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.people import OPERATOR
from crrubric.services.mail.outbox import site_url
from crrubric.services.people.accounts import add_user
from crrubric.services.people.administration import (
    change_address,
    set_account_disabled,
    vouch_for_address,
)
from crrubric.services.people.links import make_operator_link
from crrubric.services.people.own_sessions import sign_out_everywhere
from crrubric.services.people.second_step import reset_two_steps
from crrubric.services.people.sign_on.identities import unlink_all_identities


@click.group("user")
def user_group() -> None:
    """Add people, and look after their accounts: links, addresses, signing in."""


def make_one_time_link(user: User) -> str:
    """A one-time link for the person; begins with SITE_URL if that is set."""
    return f"{site_url()}/invitations/{make_operator_link(OPERATOR, user)}"


@user_group.command("add")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--administrator", "standing", flag_value=Standing.ADMINISTRATOR, type=Standing,
              help="May add people and organize evaluations.")  # fmt: skip
@click.option("--organizer", "standing", flag_value=Standing.ORGANIZER, type=Standing,
              default=Standing.ORGANIZER,
              help="May organize evaluations; the default.")  # fmt: skip
@add_district_options
@begin_in_app
def add_account(
    name: str, email: str, standing: Standing, district: str | None, timezone: str | None
) -> None:
    """Add a person and print a one-time link with which they choose a password.

    The first administrator is asked for name and time zone of the district.
    """
    if standing is Standing.ADMINISTRATOR or district or timezone:
        set_up_district(district, timezone)
    user = add_user(OPERATOR, name=name, email=email, standing=standing)
    print_line(f"{user.name} is added. Send them this link; it works once, for seven days:")
    print_line(make_one_time_link(user))
    print_line(f"They sign in at {site_url()} afterwards.")
    if not current_settings().SITE_URL:
        print_line("If people reach the site at another address, set SITE_URL to it.")


@user_group.command("link")
@click.option("--email", required=True)
@run_in_app
def renew_one_time_link(email: str) -> None:
    """Print a fresh one-time link for a person, to choose a (new) password."""
    print_line(make_one_time_link(find_user(email)))


def find_user(email: str) -> User:
    """The account with this address. Raises: Invalid."""
    user = db.session.scalar(select(User).where(User.email_key == email_key(email)))
    if user is None:
        raise Invalid(N_("There is no account with the address %(email)s."), email=email)
    return user


@user_group.command("address")
@click.option("--email", required=True, help="The address that the account has.")
@click.option("--new", required=True, help="The address that it shall have.")
@run_in_app
def correct_address(email: str, new: str) -> None:
    """Put another address on an account; both are told if the site sends mail."""
    user = change_address(OPERATOR, find_user(email).id, new)
    print_line(f"{user.name} now signs in with {user.email}")


@user_group.command("vouch")
@click.option("--email", required=True)
@run_in_app
def confirm_address(email: str) -> None:
    """Confirm that an address is its account's owner's: seats that wait for that count."""
    user = vouch_for_address(OPERATOR, find_user(email).id)
    print_line(f"the address {user.email} is {user.name}’s")


@user_group.command("disable")
@click.option("--email", required=True)
@run_in_app
def disable_account(email: str) -> None:
    """Sign a person out everywhere and let them sign in no more; the record stays."""
    user = set_account_disabled(OPERATOR, find_user(email).id, disabled=True)
    print_line(f"{user.name} can’t sign in any more")


@user_group.command("enable")
@click.option("--email", required=True)
@run_in_app
def enable_account(email: str) -> None:
    """Let a person whose account was disabled sign in again."""
    user = set_account_disabled(OPERATOR, find_user(email).id, disabled=False)
    print_line(f"{user.name} can sign in again")


@user_group.command("reset-second-step")
@click.option("--email", required=True)
@run_in_app
def reset_second_step(email: str) -> None:
    """Turn off the second step of a person who has lost phone and recovery codes."""
    user = reset_two_steps(OPERATOR, find_user(email).id)
    print_line(f"{user.name} signs in with the password alone until they set it up again")


@user_group.command("unlink")
@click.option("--email", required=True)
@run_in_app
def unlink_person(email: str) -> None:
    """Undo the connections of a person with accounts of providers of single sign-on."""
    user = unlink_all_identities(OPERATOR, find_user(email).id)
    print_line(f"{user.name} signs in with no other account any more")


@user_group.command("sign-out")
@click.option("--email", required=True)
@run_in_app
def sign_person_out(email: str) -> None:
    """Sign a person out of every browser; the password stays."""
    user = sign_out_everywhere(OPERATOR, find_user(email).id)
    print_line(f"{user.name} is signed out everywhere")
