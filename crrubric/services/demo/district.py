"""The demo: an invented district with six evaluations, made from `data/demo.toml`."""

import secrets
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.domain.text import email_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import (
    Standing,
)
from crrubric.extensions import db
from crrubric.models import (
    District,
    Evaluation,
    JournalEntry,
    LibraryRubric,
    User,
    UserSession,
)
from crrubric.queries.people.people import OPERATOR, Actor, actor_of
from crrubric.services.demo.commitments import load_demo_renewal
from crrubric.services.demo.evaluations import EvaluationMaker
from crrubric.services.demo.memos import list_decided_evaluations, make_demo_issue
from crrubric.services.demo.purchases import add_later_purchase_days
from crrubric.services.memo.issues import keep_issue
from crrubric.services.people.accounts import hash_token
from crrubric.services.people.hashing import hash_password
from crrubric.services.setup.rubric.library import insert_version
from crrubric.services.shared.journal import note_event, put_entries_back, sort_entries
from crrubric.services.shared.unit import unit_of_work

DEMO_PASSWORD = "credits count twice"  # noqa: S105  # the demo's people are invented
TRIES = {
    "dana": N_("Chair: follow the scoring, read the matrix, record the decision, get the memo"),
    "marcus": N_("Reviewer: score vendors, see that nobody else’s marks show"),
    "keisha": N_("Reviewer with ballots half done, on a phone"),
    "tom": N_("Reviewer and administrator of the site"),
}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody whom one can sign in as."""

    name: str
    email: str
    title: str
    tries: str


@cache
def load_demo_content() -> Mapping[str, Any]:
    """The demo's content as it is shipped; the curriculum in place comes first, what renews an
    evaluation last."""
    files = resources.files("crrubric.data")
    in_place, content = (
        tomllib.loads((files / name).read_text("utf-8"))
        for name in ("demo_in_place.toml", "demo.toml")
    )
    every = (in_place, content, load_demo_renewal())
    return {**content, "evaluation": [row for each in every for row in each["evaluation"]]}


LIBRARY_NAME = "Credit recovery, high schools"
LIBRARY = (  # of which evaluations the rubric is kept, with what is said of it
    ("credit-recovery-2024", "As the committee of 2024 used it."),
    ("credit-recovery-2027", "What the committee of 2027 weighs otherwise."),
)


def list_demo_people() -> list[DemoPerson]:
    """The invented people, in the order of the file."""
    return [
        DemoPerson(row["name"], row["email"], row["title"], TRIES.get(row["key"], N_("Reviewer")))
        for row in load_demo_content()["person"]
    ]


def make_demo() -> bool:
    """Fill an empty database with the demo; False if there is somebody in it already."""
    if db.session.scalar(select(User.id).limit(1)) is not None:
        return False
    hashed = hash_password(DEMO_PASSWORD)
    with unit_of_work() as session:
        data = load_demo_content()
        district = District(**data["district"], version=1)
        session.add(district)
        users = {row["key"]: _make_user(row, hashed) for row in data["person"]}
        session.add_all(users.values())
        session.flush()
        session.add_all(_make_past_session(user, days) for days, user in enumerate(users.values()))
        made: dict[str, Evaluation] = {}
        for row in data["evaluation"]:
            made[row["key"]] = EvaluationMaker(session, district, users, row, made).make()
        note_event(session, OPERATOR, Event.DISTRICT_CHANGED, after=data["district"])
        sort_entries(session)
        decided = list_decided_evaluations(session, made.values())
        chair = actor_of(users["dana"])
    keys = {row.id: key for key, row in made.items()}
    for evaluation_id, later in decided:
        _issue_memo(chair, evaluation_id, keys[evaluation_id], later)
    _fill_library(chair)
    return True


def _fill_library(chair: Actor) -> None:
    """Keep the rubrics of two evaluations in the library, one after the other."""
    with unit_of_work() as session:
        row = LibraryRubric(name=LIBRARY_NAME)
        session.add(row)
        session.flush()
        for slug, note in LIBRARY:
            evaluation = session.scalars(select(Evaluation).where(Evaluation.slug == slug)).one()
            insert_version(session, chair, evaluation, row, note)


def _issue_memo(chair: Actor, evaluation_id: int, key: str, later: Iterable[JournalEntry]) -> None:
    """Issue the memo as it was then, and let the journal go on."""
    made = make_demo_issue(db.session(), chair, evaluation_id)
    with unit_of_work() as session:
        evaluation = session.get_one(Evaluation, evaluation_id)
        keep_issue(session, chair, evaluation, made)
        put_entries_back(session, later)
        add_later_purchase_days(session, chair, evaluation, key)
        sort_entries(session)


def _make_user(row: Mapping[str, Any], hashed: str) -> User:
    return User(
        name=row["name"],
        email=row["email"],
        email_key=email_key(row["email"]),
        standing=Standing(row["standing"]),
        password_hash=hashed,
        address_proven_at=now_utc(),
        language=row.get("language"),
    )


def _make_past_session(user: User, days: int) -> UserSession:
    """A sign-in that ended so many days ago."""
    when = now_utc() - timedelta(days=days)
    token = hash_token(secrets.token_hex(16))
    return UserSession(
        token_hash=token, user_id=user.id, created_at=when, seen_at=when, ended_at=when
    )
