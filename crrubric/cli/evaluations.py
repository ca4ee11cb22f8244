"""crrubric evaluation …"""

from pathlib import Path

import click
from sqlalchemy import select

from crrubric.cli.running import begin_in_app, print_line, run_in_app
from crrubric.domain.errors import Invalid
from crrubric.domain.setup.rubric import load_built_in_rubric, parse_rubric
from crrubric.domain.text import email_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.models import Evaluation, User
from crrubric.queries.people.access import find_evaluation
from crrubric.queries.people.people import OPERATOR, actor_of
from crrubric.queries.setup.chairs import find_member_by_address
from crrubric.services.setup.chairs import appoint_chair
from crrubric.services.setup.evaluations import create_evaluation

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("evaluation")
def evaluation_group() -> None:
    """Make and list evaluations."""


@evaluation_group.command("create")
@click.argument("title")
@click.option("--purpose", default="", help="Two or three sentences: the memo begins with them.")
@click.option("--chair", help="E-mail address of the chair, who has an account.")
@click.option("--rubric", type=FILE, help="A rubric file in TOML; without it the built-in rubric.")
@begin_in_app
def make_evaluation(title: str, purpose: str, chair: str | None, rubric: Path | None) -> None:
    """Make an evaluation with its own copy of a rubric."""
    source = parse_rubric(read_text(rubric)) if rubric else load_built_in_rubric()
    actor = OPERATOR
    if chair:
        user = db.session.scalar(select(User).where(User.email_key == email_key(chair)))
        if user is None:
            raise Invalid(
                N_("There is no account with the address %(email)s: use “crrubric user add”."),
                email=chair,
            )
        if user.disabled_at is not None or user.standing is Standing.MEMBER:
            raise Invalid(
                N_(
                    "%(name)s can’t make an evaluation: the account is disabled, or its role on"
                    " this site is not that of an organizer."
                ),
                name=user.name,
            )
        actor = actor_of(user)
    evaluation = create_evaluation(actor, title=title, purpose=purpose, rubric=source)
    print_line(f"made {evaluation.slug}")


@evaluation_group.command("appoint")
@click.argument("slug")
@click.option("--email", required=True, help="Address of the committee member.")
@click.option("--reason", required=True, help="Why; the memo prints it.")
@run_in_app
def appoint_acting_chair(slug: str, email: str, reason: str) -> None:
    """Make a member of the evaluation SLUG acting chair, in the meeting or after it."""
    evaluation = find_evaluation(db.session(), slug)
    member = find_member_by_address(db.session(), evaluation, email)
    appoint_chair(OPERATOR, slug, member.id, reason=reason)
    print_line(f"{member.name} is acting chair of {slug}")


def read_text(path: Path) -> str:
    """The file's text. Raises: Invalid if it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(N_("%(file)s is not UTF-8: save it as UTF-8."), file=path.name) from None


@evaluation_group.command("list")
@run_in_app
def print_evaluations() -> None:
    """Print slug, phase and title of every evaluation; the deleted ones have no phase."""
    rows = db.session.scalars(select(Evaluation).order_by(Evaluation.id)).all()
    if not rows:
        print_line("There is no evaluation yet.", err=True)
    for row in rows:
        phase = row.phase.label if row.deleted_at is None else "-"
        print_line(f"{row.slug}\t{phase}\t{row.title}")
