"""What else the random people of the state machine do: they attach files."""

import hashlib

from crrubric.domain.actions import Action
from crrubric.domain.errors import DoneAlready, Invalid, NotFound, WrongPhase
from crrubric.services.ballots import attachments
from tests.machine.frame import NUMBER, WHY, Frame, act

# name as sent, bytes; the last of them is no file that can be attached
SENT = [("a.csv", b"a,b\n1,2\n"), ("b.csv", b"a,b\n1,2\n"), ("c.csv", b"c\n3\n"), ("d.csv", b"<p>")]
NONE = "0" * 32


def facts(name: str, data: bytes) -> dict[str, object]:
    digest = hashlib.sha256(data).hexdigest()
    return {"name": name, "kind": "CSV", "size": len(data), "sha256": digest}


class Files(Frame):
    """One action a service. `keys` are the names of files in addresses, by hash and place."""

    @act(Action.ATTACH_TO_MARK, often=3, vendor=NUMBER, criterion=NUMBER, sent=SENT)
    def attach_to_mark(self, who, vendor, criterion, sent):
        name, (title, data) = self.person(who, Action.ATTACH_TO_MARK), sent
        vendor, criterion = self.writable(name, vendor), self.picked("criteria", criterion)
        cell = self.seat(name), vendor, criterion
        key = (*cell, facts(*sent)["sha256"])
        done = self.tried(
            (data == b"<p>" and Invalid)
            or self.refused(name, Action.ATTACH_TO_MARK)
            or self.not_writable(name, vendor)
            or ((cell[0], vendor) in self.model.seen and WrongPhase)
            or (not self.asks(cell[0], criterion) and NotFound)
            or (cell not in self.model.marks and Invalid),
            lambda: attachments.attach_mark_file(
                self.people[name], self.slug, vendor, criterion, name=title, data=data
            ),
            idle=key in self.model.mark_files,
        )
        if done:
            if key not in self.model.mark_files:
                self.changed_late(key[:2])
            self.model.mark_files.setdefault(key, facts(*sent))
            self.keys[key] = done.value.key

    @act(Action.ATTACH_TO_MARK, often=2, which=NUMBER)
    def remove_from_mark(self, who, which):
        name = self.person(who, Action.ATTACH_TO_MARK)
        own = [key for key in self.model.mark_files if key[0] == self.seat(name)]
        rows = own if own and which % 6 else list(self.model.mark_files)
        key = rows[which % len(rows)] if rows else (None, self.picked("vendors", 1),
                                                    self.picked("criteria", 1), "")  # fmt: skip
        _member, vendor, criterion, digest = key
        mine = self.seat(name), vendor, criterion
        there = (*mine, digest) in self.model.mark_files
        done = self.tried(
            self.refused(name, Action.ATTACH_TO_MARK)
            or self.not_writable(name, vendor)
            or ((mine[0], vendor) in self.model.seen and WrongPhase)
            or (not self.asks(mine[0], criterion) and NotFound)
            or (mine not in self.model.marks and Invalid)
            or (not there and NotFound),
            lambda: attachments.remove_mark_file(
                self.people[name], self.slug, vendor, criterion, self.keys.get(key, NONE)
            ),
        )
        if done:
            del self.model.mark_files[key]
            self.changed_late(key[:2])

    @act(Action.ATTACH_TO_VENDOR, vendor=NUMBER, sent=SENT)
    def attach_to_vendor(self, who, vendor, sent):
        name, key = self.person(who, Action.ATTACH_TO_VENDOR), self.picked("vendors", vendor)
        place = key, facts(*sent)["sha256"]
        old = self.model.vendor_files.get(place)
        done = self.tried(
            (sent[1] == b"<p>" and Invalid)
            or self.refused(name, Action.ATTACH_TO_VENDOR)
            or ((self.shut_out(name, key) or key not in self.model.vendors) and NotFound)
            or (old and old["withdrawn"] and Invalid),
            lambda: attachments.attach_vendor_file(
                self.people[name], self.slug, key, name=sent[0], data=sent[1]
            ),
            idle=old is not None,
        )
        if done:
            by = {"added_by": self.people[name].name, "withdrawn": None, "tells_prices": False}
            self.model.vendor_files.setdefault(place, {**facts(*sent), **by})
            self.keys[place] = done.value.key

    @act(Action.ATTACH_TO_VENDOR, which=NUMBER, why=WHY)
    def withdraw_vendor_file(self, who, which, why):
        name = self.person(who, Action.ATTACH_TO_VENDOR)
        rows = list(self.model.vendor_files)
        place = rows[which % len(rows)] if rows else (self.picked("vendors", which), "")
        row = self.model.vendor_files.get(place)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.ATTACH_TO_VENDOR)
            or ((self.shut_out(name, place[0]) or row is None) and NotFound)
            or (row["withdrawn"] not in (None, (self.people[name].name, why)) and DoneAlready),
            lambda: attachments.withdraw_vendor_file(
                self.people[name], self.slug, place[0], self.keys.get(place, NONE), reason=why
            ),
            idle=bool(row and row["withdrawn"]),
        )
        if done and not row["withdrawn"]:
            row["withdrawn"] = self.people[name].name, why
