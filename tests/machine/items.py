"""What else the random people of the state machine do: they keep a list of action items."""

from datetime import date
from random import Random

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, Stale
from crrubric.domain.planning.items import ItemState
from crrubric.domain.record.state import Row
from crrubric.domain.vocabulary import Role
from crrubric.extensions import db
from crrubric.queries.people.access import find_evaluation, require
from crrubric.queries.planning.proposals import list_item_proposals
from crrubric.services.planning import items
from tests.machine.frame import NUMBER, Frame, Refusal, act
from tests.machine.stored import stored

WORDS = ["", "Call", "Call", "Order headsets", "Order headsets"]
DAYS = [None, date(2026, 1, 5), date(2026, 1, 5), date(1, 1, 1)]
LOST = 10**9  # an id that nothing has
LEADS = {"member_id": None, "owner": "Dana"}


class Doing(Frame):
    """One action a service."""

    def list_items(self, chance: Random) -> None:
        """A chair may have added an item, mostly Ana's."""
        if chance.random() < 0.3:
            return
        owner = chance.choice([self.seat("ana"), self.seat("ana"), None])
        text = items.ItemText(words="Call", member_id=owner)
        items.add_action_item(self.people["chair"], self.slug, text)
        self.model = stored(db.session(), self.id)

    def item_of(self, number: int) -> tuple[int, Row]:
        rows = list(self.model.action_items.items())
        lost = {"vendor_id": None, "member_id": None, "state": "OPEN", "dropped_reason": ""}
        return rows[number % len(rows)] if rows and number % 20 else (LOST, lost)

    def hidden(self, name: str, key: int, row: Row) -> Refusal:
        """Whether the item is none that the person may read."""
        vendor = row["vendor_id"]
        closed = self.model.phase not in ("MEETING", "DECIDED", "ARCHIVED")
        away = vendor is not None and (closed or self.shut_out(name, vendor))
        return (key == LOST or away) and NotFound

    def an_owner(self, number: int) -> tuple[Row, Refusal]:
        """A member, a typed name, nobody, or both at once, and how that is refused."""
        members = [*self.model.members, LOST]
        member = members[number % len(members)]
        kinds = [
            {"member_id": member, "owner": ""}, {"member_id": member, "owner": ""}, LEADS,
            {"member_id": None, "owner": ""}, {"member_id": member, "owner": "Dana"},
        ]  # fmt: skip
        chosen = kinds[number % len(kinds)]
        both = bool(chosen["owner"]) and chosen["member_id"] is not None
        return chosen, both and Invalid

    def is_absent(self, owner: Row, before: int | None = None) -> Refusal:
        member = owner["member_id"]
        row = self.model.members.get(member)
        gone = member is not None and member != before and (row is None or not row["present"])
        return gone and Invalid

    @act(Action.MANAGE_ITEMS, often=2, words=WORDS, owner=NUMBER, day=DAYS)
    def add_item(self, who, words, owner, day):
        name, (chosen, both) = self.person(who, Action.MANAGE_ITEMS), self.an_owner(owner)
        text = items.ItemText(words=words, due_on=day, **chosen)
        done = self.tried(
            ((not words or (day and day.year == 1)) and Invalid)
            or both
            or self.refused(name, Action.MANAGE_ITEMS)
            or self.is_absent(chosen),
            lambda: items.add_action_item(self.people[name], self.slug, text),
        )
        if done:
            self.model.action_items[done.value.id] = {
                "words": words, **chosen, "due_on": day and day.isoformat(), "state": "OPEN",
                "dropped_reason": "", "source": "OWN", "origin": None, "vendor_id": None,
                "version": 1,
            }  # fmt: skip

    @act(Action.MANAGE_ITEMS, often=2, which=NUMBER, words=WORDS, owner=NUMBER, day=DAYS)
    def change_item(self, who, which, words, owner, day):
        name, (key, row) = self.person(who, Action.MANAGE_ITEMS), self.item_of(which)
        chosen, both = self.an_owner(owner)
        new = {"words": words, **chosen, "due_on": day and day.isoformat()}
        same = all(row.get(column) == value for column, value in new.items())
        text = items.ItemText(words=words, due_on=day, **chosen)
        done = self.tried(
            ((not words or (day and day.year == 1)) and Invalid)
            or both
            or self.refused(name, Action.MANAGE_ITEMS)
            or self.hidden(name, key, row)
            or self.is_absent(chosen, row["member_id"]),
            lambda: items.change_action_item(self.people[name], self.slug, key, text),
            idle=same,
        )
        if done and not same:
            row.update(new, version=row["version"] + 1)

    @act(Action.MOVE_ITEM, often=3, which=NUMBER, to=[*ItemState], why=["", "", "No money."])
    def move_item(self, who, which, to, why):
        name, (key, row) = self.person(who, Action.MOVE_ITEM), self.item_of(which)
        own = row["member_id"] is not None and row["member_id"] == self.seat(name)
        same = row["state"] == to
        done = self.tried(
            (((to is ItemState.DROPPED) != bool(why)) and Invalid)
            or self.refused(name, Action.MOVE_ITEM)
            or self.hidden(name, key, row)
            or ((not own and Role.CHAIR not in self.roles(name)) and NotFound)
            or (same and to is ItemState.DROPPED and self.said_otherwise(name, why, "drop", key)),
            lambda: items.move_action_item(self.people[name], self.slug, key, to, reason=why),
            idle=same,
        )
        if done and not same:
            row.update(state=to, dropped_reason=why, version=row["version"] + 1)
            self.said["drop", key] = name, why

    @act(Action.MANAGE_ITEMS, which=NUMBER)
    def take_items(self, who, which):
        name, origins = self.person(who, Action.MANAGE_ITEMS), []
        refused = self.refused(name, Action.MANAGE_ITEMS)
        if not refused:
            session = db.session()
            found = find_evaluation(session, self.slug)
            seat = require(self.people[name], Action.MANAGE_ITEMS, found, session)
            proposals = list_item_proposals(session, seat)
            assert not any(self.hidden(name, 0, {"vendor_id": p.vendor_id}) for p in proposals)
            origins = [p.origin for p in proposals][: which % 3]
            session.rollback()
        lost = which % 5 == 0
        wanted = [*origins, "own:lost"] if lost else origins
        done = self.tried(
            (not wanted and Invalid) or refused or (lost and Stale),
            lambda: items.take_proposed_items(self.people[name], self.slug, wanted),
        )
        if done:  # what is suggested is the matter of other tests
            known = set(self.model.action_items)
            there = stored(db.session(), self.id).action_items
            new = {key: row for key, row in there.items() if key not in known}
            assert sorted(row["origin"] for row in new.values()) == sorted(wanted)
            self.model.action_items.update(new)
