#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies an archive of an evaluation, with nothing but Python 3.9 or newer.

    python3 verify.py ARCHIVE.zip [HASH]

It reads the archive, changes nothing, and needs no network. It looks at every file, at the chain of the
journal, at every sealed text and every issued memo; it compares each mark, and computes the result again in
exact fractions.
It prints a line for each problem and exits with 1, or a few lines on what it looked at and exits with 0.

HASH is a hash of the journal (64 digits, blanks do not matter) as a memo, minutes or a receipt prints
it: it has to be that of an entry. Without that, an archive proves only that it fits together.

It was written after the page archive-format.md alone, not after the program that writes archives.
"""
import hashlib
import json
import os
import re
import struct
import sys
import zlib
from collections import Counter, namedtuple
from fractions import Fraction

PIECE = 65536  # bytes that are read or unpacked at a time
MOST = 16 * 1024 * 1024  # bytes of a JSON file or of a line of the journal; larger ones are refused
LARGEST = 1024 * 1024 * 1024  # bytes of a journal
COMMENT = re.compile(rb"crrubric-archive-1 [0-9a-f]{64}\Z")
PATH = re.compile(r"(?!\.\.?(/|\Z))[a-z0-9_.-]+(/(?!\.\.?(/|\Z))[a-z0-9_.-]+)*\Z")
AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00\Z")
MANIFEST, JOURNAL = "manifest.json", "journal/journal.jsonl"
BASIS, RESULTS = "results/basis.json", "results/results.json"
TOLD = ("ballots/sealed/", "votes/sealed/", "memo/issue-")  # paths of files of which the journal tells begin so
COVER = {"texts", "version", "chain", "number", "at", "previous"}  # what covers an entry beside its content
ANSWERS = {"YES": "Y", "NO": "N", "NOT_APPLICABLE": "A", "CANNOT_TELL": "C"}
WORDS = {"Y": "YES", "N": "NO", "A": "NOT_APPLICABLE", "C": "CANNOT_TELL", "M": "no mark",
         "S": "no mark, with a reason", "?": "another answer"}
BROKEN = "The list of files in the ZIP file is damaged."
NOTHING = "rule, weights, must-haves and findings are held against nothing here. Compare them, and who is a " \
    "reviewer or has a conflict of interest, with a document that you trust."
COUNTS = {"yes": "Y", "no": "N", "not_applicable": "A", "cannot_tell": "C", "missing": "M",
          "abstained": "S", "recused": "R"}

Entry = namedtuple("Entry", "method crc packed size start readable")


class Problem(Exception):
    """What is wrong, as a sentence; nothing more can be looked at in this place."""


# JSON, and checks of its form: each check is a function that says yes or no to a value

def load(data, floats=False):
    """The value of strict JSON in UTF-8: no key twice, no NaN, no huge number; ValueError if it is another."""
    def refuse(_):
        raise ValueError

    def unique(members):
        return dict(members) if len(dict(members)) == len(members) else refuse(members)

    def whole(digits):
        return int(digits) if len(digits) <= 1000 else refuse(digits)

    def finite(digits):
        return float(digits) if abs(float(digits)) < 1e300 else refuse(digits)
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_int=whole,
                          parse_float=finite if floats else refuse, parse_constant=refuse)
    except RecursionError:
        raise ValueError from None


def canonical(value):
    """The canonical form, in bytes: ASCII, keys sorted by code point, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def is_number(value):
    """A whole number that is not negative; true and false are no numbers."""
    return type(value) is int and value >= 0


def is_text(value, form=""):
    return isinstance(value, str) and (not form or re.match(form, value) is not None)


def is_hash(value):
    return is_text(value, r"[0-9a-f]{64}\Z")


def is_moment(value):
    return is_text(value, r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00\Z")


def is_flag(value):
    return type(value) is bool


def is_object(value):
    return isinstance(value, dict)


def is_weight(value):
    return is_text(value, r"[0-9]{1,12}(/[1-9][0-9]{0,11})?\Z")


def has(**checks):
    """For objects that have these members."""
    return lambda value: isinstance(value, dict) and all(
        member in value and check(value[member]) for member, check in checks.items())


def one_of(*values):
    return lambda value: isinstance(value, str) and value in values


def list_of(check, *keys):
    """For lists: each part passes the check; no two have the same in one of the keys (or in a tuple of keys)."""
    def passes(parts):
        return isinstance(parts, list) and all(map(check, parts)) and all(
            len({tuple(part[name] for name in key) for part in parts}) == len(parts) for key in keys)
    return passes


def need(value, member, check, file):
    """The member of an object, after a check; Problem if it is missing or of another form."""
    if not isinstance(value, dict) or member not in value or not check(value[member]):
        raise Problem(f"{file}: “{member}” is not as the format says.")
    return value[member]


# The container

class Container:
    """The ZIP file: its list of files, and their bytes in pieces."""

    def __init__(self, file, say):
        self.file, self.say, self.entries = file, say, {}
        self.length = file.seek(0, 2)
        last = self.read_list(*self.read_end())
        if last != MANIFEST and MANIFEST in self.entries:
            say(f"{MANIFEST}: it is not the last file.")

    def bytes_at(self, at, length):
        self.file.seek(at)
        return self.file.read(length)

    def read_end(self):
        """The end of the ZIP file and its comment: start and end of the list of files, and their number."""
        at = self.length - 105  # 22 bytes, and 83 of the comment
        end = self.bytes_at(at, 105) if at >= 0 else b""
        if end[:4] != b"PK\5\6" or end[20:22] != b"\x53\0" or not COMMENT.match(end[22:]):
            raise Problem("This is not an archive of an evaluation: the file does not end as one does.")
        digest = hashlib.sha256()
        for start in range(0, self.length - 83, PIECE):
            digest.update(self.bytes_at(start, min(PIECE, self.length - 83 - start)))
        if digest.hexdigest().encode() != end[-64:]:
            self.say("The file was changed after it was made: its SHA-256 is not the one in its comment.")
        disk, list_disk, here, total, length, start = struct.unpack("<4H2L", end[4:20])
        if 0xFFFF in (here, total) or 0xFFFFFFFF in (length, start):
            at -= 76  # in large files a record of 56 bytes and its locator of 20 stand before
            far = self.bytes_at(at, 76) if at >= 0 else b""
            if far[:12] != struct.pack("<4sQ", b"PK\6\6", 44) or far[56:] != struct.pack("<4sLQL", b"PK\6\7", 0, at, 1):
                raise Problem(BROKEN)
            disk, list_disk, here, total, length, start = struct.unpack("<2L4Q", far[16:56])
        if disk or list_disk or here != total or start + length != at or length > MOST:
            raise Problem(BROKEN)
        return start, at, total

    def read_list(self, start, end, total):
        """Reads the list of files; gives the path of the last."""
        data, at, expected, path = self.bytes_at(start, end - start), 0, 0, None
        for _ in range(total):
            fixed = data[at:at + 46]
            if len(fixed) < 46 or fixed[:4] != b"PK\1\2":
                raise Problem(BROKEN)
            flags, method, packed, size, names, extras, comments, disk, offset = struct.unpack("<8x2H8x2L4H6xL", fixed)
            name, extra = data[at + 46:at + 46 + names], data[at + 46 + names:at + 46 + names + extras]
            at += 46 + names + extras + comments
            sizes = wide(extra, [size, packed, offset])
            if sizes is None or at > len(data):
                raise Problem(BROKEN)
            path = name.decode("ascii", "replace")
            odd = flags & ~0x806 or method not in (0, 8) or comments or disk
            expected = self.add(path, name, fixed, sizes, bool(odd), expected, start)
        if at != len(data) or expected != start:
            self.say("Between the last file and the list of files, or in that list, there is something else.")
        return path

    def add(self, path, name, fixed, sizes, odd, expected, end):
        """Looks at a file of the list and at what stands before its bytes; gives where the next begins."""
        size, packed, offset = sizes
        start = offset + 30
        local = self.bytes_at(offset, 30) if start <= end else b""
        same = local[:4] == b"PK\3\4" and local[4:18] == fixed[6:20] and local[26:28] == fixed[28:30]
        if same:
            local_packed, local_size, names, extras = struct.unpack("<2L2H", local[18:])
            told = self.bytes_at(start, names + extras)
            start += names + extras
            same = told[:names] == name and wide(told[names:], [local_size, local_packed]) == [size, packed] \
                and start + packed <= end
        method, crc = struct.unpack("<10xH4xL", fixed[:20])
        for wrong, sentence in ((PATH.match(path) is None, "no file of an archive may have such a path."),
                                (path in self.entries, "the ZIP file has it twice."),
                                (odd or same and method == 0 and size != packed,
                                 "it is stored in a way that the format does not have."),
                                (not same, "the ZIP file tells two different things of it."),
                                (offset != expected, "it does not begin where the file before it ends.")):
            if wrong:
                self.say(f"{path}: {sentence}")
        self.entries[path] = Entry(method, crc, packed, size, start, same and not odd)
        return start + packed

    def pieces(self, path):
        """The bytes of a file in pieces; a Problem if they are not those of which the ZIP file tells."""
        entry, size, crc, piece, rest = self.entries[path], 0, 0, b"", b""
        at, end, inflate = entry.start, entry.start + entry.packed, zlib.decompressobj(-15)
        damaged = Problem(f"{path}: the file is damaged.")
        if not entry.readable:
            raise damaged
        while piece or rest or at < end:
            if not rest and at < end:
                rest = self.bytes_at(at, min(PIECE, end - at))
                at += PIECE
            try:
                piece = inflate.decompress(rest, PIECE) if entry.method else rest
            except zlib.error:
                raise damaged from None
            rest = inflate.unconsumed_tail
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            if size > entry.size or inflate.unused_data:
                raise damaged
            yield piece
        if size != entry.size or crc != entry.crc or entry.method and not inflate.eof:
            raise damaged

    def whole(self, path, limit):
        """The bytes of a file that is not too large."""
        if self.entries[path].size > limit:
            raise Problem(f"{path}: the file is too large to be read.")
        return b"".join(self.pieces(path))

    def json(self, path, floats=False):
        """The object that a JSON file has."""
        data = self.whole(path, MOST)
        try:
            value = load(data, floats)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise Problem(f"{path}: it is not JSON of the kind that the format has.")
        return value


def wide(extra, values):
    """Sizes and places as large ZIP files have them: 0xFFFFFFFF stands for 8 bytes further on. None if broken."""
    missing = values.count(0xFFFFFFFF)
    if not extra and not missing:
        return values
    if extra[:4] != struct.pack("<2H", 1, 8 * missing) or len(extra) != 4 + 8 * missing:
        return None
    further = iter(struct.unpack(f"<{missing}Q", extra[4:]))
    return [next(further) if value == 0xFFFFFFFF else value for value in values]


# The journal

class Journal:
    """The journal: its chain, and what it tells of files, marks and the memo."""

    def __init__(self, say, wanted):
        self.say, self.wanted, self.found, self.chain, self.form = say, wanted, None, None, None
        self.entries = self.number = self.version = self.hidden = self.texts = 0
        self.head = ""
        self.told = {}  # path of a file: {SHA-256: number of the entry}
        self.marks, self.imported = {}, False  # (member, vendor, criterion): letter, or None if it is not known
        self.memo = self.basis = None  # the last entry MEMO_ISSUED, and the hash of basis.json that it tells
        self.moved = False  # whether the phase was changed behind it

    def read(self, data):
        """Reads all lines: the first, those of entries, the last."""
        lines = data.removesuffix(b"\n").split(b"\n")
        if max(map(len, lines)) > MOST:
            raise Problem(f"{JOURNAL}: a line is too long to be read.")
        value = value_of(lines[0])
        if not has(chain=is_number, crrubric_journal=lambda form: is_number(form) and form in (1, 2, 3))(value) \
                or len(value) != 2:
            raise Problem("Journal: its first line is not as the format says.")
        self.chain, self.form = value["chain"], value["crrubric_journal"]
        for place, line in enumerate(lines[1:-1], 2):
            self.line(place, value_of(line))
        last = value_of(lines[-1])
        if not has(entries=is_number, head=is_text)(last) or len(last) != 2 or not data.endswith(b"\n"):
            self.say("Journal: its last line is not as the format says.")
            return
        if last["entries"] != self.entries:
            self.say(f"Journal: it has {self.entries} entries, and its last line says {last['entries']}.")
        if last["head"] != self.head:
            self.say("Journal: the hash in its last line is not that of its last entry.")

    def line(self, place, entry):
        """A line of an entry: its form, its place in the chain, its hash; and what it tells."""
        if not self.is_entry(entry):
            self.say(f"Journal, line {place}: it is not an entry as the format says.")
            return
        number, content = entry["number"], entry["content"]
        if number != self.number + 1:
            self.say(f"Journal, line {place}: entry {self.number + 1} should stand here, and not entry {number}.")
        if entry["version"] < self.version:
            self.say(f"Journal, entry {number}: its version is lower than that of the entry before it.")
        if content is not None:
            self.tell(number, content)
            if self.hash_of(entry) not in (None, entry["hash"]):
                self.say(f"Journal, entry {number}: it is not what was written, or does not follow the one before it.")
        self.entries += 1
        self.hidden += content is None
        self.texts += len(entry["withheld"])
        self.number, self.version, self.head = number, entry["version"], entry["hash"]
        if self.head == self.wanted:
            self.found = number

    def is_entry(self, entry):
        """Whether a line has the form of an entry: its seven members, and no other."""
        shape = has(number=is_number, version=is_number, hash=is_hash, salts=is_object, withheld=is_object,
                    content=lambda value: value is None or is_object(value),
                    at=lambda value: value is None or is_text(value, AT))
        if not shape(entry) or len(entry) != 7 or entry["version"] not in (1, 2, 3, 4):
            return False
        texts, told = entry["salts"] or entry["withheld"], entry["at"] is not None
        if entry["content"] is None:  # then nothing covers `at`; copies of form 1 have it all the same
            return not texts and told == (self.form == 1)
        return told and (entry["version"] > 1 or not texts)

    def hash_of(self, entry):
        """The hash that the entry should have; None if a problem was said. It puts null in the place of texts."""
        content, where, texts, sound = entry["content"], f"Journal, entry {entry['number']}:", {}, True
        for pointer, salt in list(entry["salts"].items()) + list(entry["withheld"].items()):
            holder, key = follow(content, pointer)
            text, here, wrong = 0 if holder is None else holder[key], pointer in entry["salts"], None
            if here and pointer in entry["withheld"]:
                wrong = f"{pointer} is said to be there and to be withheld."
            elif here and not is_text(text) and not (entry["version"] > 3 and is_number(text)) or not here and text is not None:
                wrong = f"{pointer} does not lead to a text, nor to a number."
            elif not is_text(salt, r"[0-9a-f]{32}\Z" if here else r"[0-9a-f]{64}\Z"):
                wrong = f"the salt or commitment of {pointer} is not as the format says."
            if wrong:
                self.say(f"{where} {wrong}")
                sound = False
            else:
                texts[pointer] = commitment(salt, text) if here else salt
                holder[key] = None
        if not COVER.isdisjoint(content):
            self.say(f"{where} its content has a member with the name of one that covers it.")
            sound = False
        covered = dict(content, chain=self.chain, number=entry["number"], at=entry["at"], previous=self.head)
        if entry["version"] > 1:
            covered.update(texts=texts, version=entry["version"])
        return hashlib.sha256(canonical(covered)).hexdigest() if sound else None

    def tell(self, number, content):
        """Keeps what an entry tells of files, marks and the memo."""
        event = content.get("event") if is_text(content.get("event")) else ""
        for path, digest in files_of(content, event):
            if path is None:
                self.say(f"Journal, entry {number}: it does not say of which file it tells.")
            else:
                self.told.setdefault(path, {}).setdefault(digest, number)
        member, vendor, after = content.get("member_id"), content.get("vendor_id"), part(content, "after")
        criterion, row = content.get("criterion_id"), part(after, "row")
        if event == "MARK_RECORDED":
            self.mark((member, vendor, criterion), after.get("answer"))
        elif event == "MARK_SET_ASIDE":
            self.mark((member, vendor, criterion), None, aside=True)
        elif event == "BALLOT_IMPORTED":
            for pair in row["marks"] if isinstance(row.get("marks"), list) else ():
                if isinstance(pair, list) and len(pair) == 2:
                    self.mark((member, vendor, pair[0]), pair[1].get("answer") if is_object(pair[1]) else None)
        elif event == "MARKS_IMPORTED" and row.get("by ballot") is not True:
            self.imported = True
        elif event == "MEMO_ISSUED":
            self.memo, self.basis, self.moved = number, after.get("basis"), False
        elif event == "PHASE_CHANGED" and after.get("phase") not in ("DECIDED", "ARCHIVED"):
            self.moved = True

    def mark(self, cell, answer, aside=False):
        """Keeps the letter of a mark, M for one that was set aside; an answer that is no text tells nothing."""
        if all(map(is_number, cell)) and (cell in self.marks or not aside):
            self.marks[cell] = "M" if aside else ANSWERS.get(answer, "?") if is_text(answer) else None


def value_of(line):
    """The value of a line; None if there is none."""
    try:
        return load(line)
    except ValueError:
        return None


def part(value, member):
    """An object in an object; an empty one if there is none."""
    return value[member] if is_object(value.get(member)) else {}


def follow(value, pointer):
    """Where a JSON pointer leads: the object or list, and the key or place in it; (None, None) if nowhere."""
    holder = key = None
    if not pointer.startswith("/") or re.search(r"~(?![01])", pointer):
        return None, None
    for step in pointer[1:].split("/"):
        holder, key = value, step.replace("~1", "/").replace("~0", "~")
        if isinstance(holder, list) and is_text(key, r"(0|[1-9][0-9]{0,8})\Z") and int(key) < len(holder):
            key = int(key)
        elif not isinstance(holder, dict) or key not in holder:
            return None, None
        value = holder[key]
    return holder, key


def commitment(salt, text):
    """The commitment to a text or a number: None for a text that has no UTF-8, which fits nothing."""
    domain = b"crrubric journal text\n" if is_text(text) else b"crrubric journal number\n"
    try:
        return hashlib.sha256(domain + bytes.fromhex(salt) + str(text).encode("utf-8")).hexdigest()
    except UnicodeEncodeError:
        return None


def files_of(content, event):
    """Each file of which an entry tells: its path (None if the entry does not say it) and its SHA-256."""
    ballot, vote, after = event.startswith("BALLOT_"), event.startswith("VOTE_"), part(content, "after")
    one = part(content, "before") if content.get("after") is None else after
    if (ballot or vote) and is_text(one.get("receipt")):
        other = one.get("vote") if vote else content.get("vendor_id")
        yield sealed_path(vote, other, content.get("member_id"), one.get("number")), one["receipt"]
    sealed = part(after, "row").get("sealed")
    for text in sealed if vote and isinstance(sealed, list) else ():
        sound = is_object(text) and is_text(text.get("receipt"))
        yield (sealed_path(vote, after.get("vote"), text.get("member"), text.get("number")), text["receipt"]) \
            if sound else (None, None)
    for kind, ending in (("pdf", "pdf"), ("word", "docx"), ("html", "html")) if event == "MEMO_ISSUED" else ():
        issue, digest = content.get("subject"), after.get(kind)
        sound = is_text(issue, r"[1-9][0-9]{0,17}\Z") and is_text(digest)
        yield (f"memo/issue-{issue}.{ending}", digest) if sound else (None, None)


def sealed_path(vote, other, member, number):
    if not all(map(is_number, (other, member, number))):
        return None
    return f"votes/sealed/n{other}-m{member}-{number}.json" if vote \
        else f"ballots/sealed/m{member}-v{other}-{number}.json"


# The result

class Basis:
    """What the result rests on, and what is computed of it."""

    def __init__(self, value):
        self.value = value

        def take(member, check):
            return need(value, member, check, BASIS)
        take("schema", one_of("crrubric.basis/1"))
        self.rule = take("rule", has(kind=one_of("MAJORITY", "SUPERMAJORITY", "UNANIMITY"),
                                     over=is_number, under=is_number,
                                     quorum=lambda quorum: quorum is None or is_number(quorum)))
        self.by_share = take("scoring", one_of("OUTCOME", "SHARE")) == "SHARE"
        take("pass_mark", is_number)
        self.criteria = take("criteria", list_of(has(id=is_number, code=is_text, weight=is_weight, must_have=is_flag,
                                                     may_not_apply=is_flag), ["id"], ["code"]))
        self.vendors = take("vendors", list_of(has(id=is_number, code=is_text), ["id"], ["code"]))
        self.reviewers = take("reviewers", list_of(has(id=is_number), ["id"]))
        width = len(self.vendors) * len(self.criteria)
        self.answers = take("answers", lambda texts: list_of(is_text)(texts) and len(texts) == len(self.reviewers)
                            and all(len(text) == width and not text.strip("YNACMSR-") for text in texts))
        names = dict(vendor=one_of(*(vendor["code"] for vendor in self.vendors)),
                     criterion=one_of(*(criterion["code"] for criterion in self.criteria)))
        finding = has(finding=one_of("MET", "NOT_MET", "NOT_APPLICABLE"), as_computed=is_flag, **names)
        found = take("findings", list_of(finding, list(names)))
        self.findings = {(one["vendor"], one["criterion"]): one["finding"] for one in found}
        lifted = take("lifted", list_of(has(**names), list(names)))
        self.lifted = {(one["vendor"], one["criterion"]) for one in lifted}
        self.current = take("current", list_of(is_text))

    def cells(self):
        """Each cell that can be compared: member, vendor, criterion, and the letter."""
        for reviewer, letters in zip(self.reviewers, self.answers):
            letter = iter(letters)
            for vendor in self.vendors:
                for criterion in self.criteria:
                    cell = reviewer["id"], vendor, criterion, next(letter)
                    if cell[3] in "YNACMS":
                        yield cell

    def carries(self, votes, decisive):
        """Whether so many votes carry."""
        if self.rule["kind"] == "MAJORITY":
            return 2 * votes > decisive
        if self.rule["kind"] == "SUPERMAJORITY":
            return votes * self.rule["under"] >= self.rule["over"] * decisive
        return votes == decisive

    def outcome(self, count):
        """The outcome, its reason, and whether the quorum is reached."""
        decisive = count["yes"] + count["no"]
        marks = decisive + count["not_applicable"] + count["cannot_tell"]
        half = (marks + count["missing"] + count["abstained"] + 1) // 2
        reached = decisive >= max(1, max(2, half) if self.rule["quorum"] is None else self.rule["quorum"])
        if marks == 0:
            return "UNRESOLVED", "NO_MARKS", reached
        if count["not_applicable"] > decisive:
            return "NOT_APPLICABLE", None, reached
        if count["not_applicable"] == decisive > 0:
            return "UNRESOLVED", "TIE_APPLICABLE", reached
        if not reached:
            return "UNRESOLVED", "NO_QUORUM", reached
        if self.carries(count["yes"], decisive):
            return "MET", None, reached
        if self.carries(count["no"], decisive):
            return "NOT_MET", None, reached
        return "UNRESOLVED", "TIE" if self.rule["kind"] == "MAJORITY" else "NOT_REACHED", reached

    def compute(self):
        """What results.json should say: its tallies and its vendors (by code)."""
        tallies, vendors = [], {}
        for place, vendor in enumerate(self.vendors):
            cells = []
            for column, criterion in enumerate(self.criteria, place * len(self.criteria)):
                letters = Counter(text[column] for text in self.answers)
                tally = {"vendor": vendor["code"], "criterion": criterion["code"]}
                tally.update((name, letters[letter]) for name, letter in COUNTS.items())
                tally["outcome"], tally["reason"], reached = self.outcome(tally)
                tally["finding"] = self.findings.get((vendor["code"], criterion["code"]), tally["outcome"])
                tallies.append(tally)
                cells.append((criterion, tally, reached))
            vendors[vendor["code"]] = self.score(vendor["code"], cells)
        ranked = [one["score"] for one in vendors.values() if can_rank(one)]
        for one in vendors.values():
            one["rank"] = 1 + sum(score > one["score"] for score in ranked) if can_rank(one) else None
        return tallies, vendors

    def score(self, vendor, cells):
        """Shares, gate and failed must-haves of a vendor."""
        applicable = decided = earned = Fraction(0)
        failed, pending = [], False
        for criterion, tally, reached in cells:
            weight, finding = Fraction(criterion["weight"]), tally["finding"]
            applies = finding != "NOT_APPLICABLE"
            applicable += weight * applies
            if self.by_share and applies and reached:
                decided += weight
                earned += weight * Fraction(tally["yes"], tally["yes"] + tally["no"])
            elif not self.by_share and finding in ("MET", "NOT_MET"):
                decided += weight
                earned += weight * (finding == "MET")
            if criterion["must_have"]:
                failed += [criterion["code"]] if finding == "NOT_MET" else []
                pending |= finding == "UNRESOLVED" or not applies and not criterion["may_not_apply"]
        gate = "FAIL" if failed else "PENDING" if pending else "PASS"
        if failed and all((vendor, code) in self.lifted for code in failed):
            gate = "PENDING" if pending else "REINSTATED"
        result = {"score": share(earned, decided), "coverage": share(decided, applicable)}
        if not self.by_share:
            result["low"] = share(earned, applicable)
            result["high"] = share(earned + applicable - decided, applicable)
        return dict(result, gate=gate, failed=failed)


def share(some, of):
    return some / of if of else None


def can_rank(vendor):
    return vendor["gate"] in ("PASS", "REINSTATED") and vendor["score"] is not None


def equal(found, computed):
    """Whether results.json says what was computed; shares may differ by less than 0.000000001."""
    if not isinstance(computed, Fraction):
        return type(found) is type(computed) and found == computed
    return type(found) in (int, float) and abs(Fraction(found) - computed) < Fraction(1, 10**9)


def show(value):
    """A value for people to read."""
    if isinstance(value, (Fraction, float)):
        return f"{float(value):.9f}"
    return value if is_text(value) else "nothing" if value is None else canonical(value).decode()


# All together

class Verifier:
    """Looks at an archive; keeps the problems, and what was looked at."""

    def __init__(self, file, wanted=None):
        self.problems = {}  # sentences as keys: in their order, and none of them twice
        self.wanted, self.cells, self.with_sealed, self.with_journal = wanted, 0, 0, 0
        self.named, self.digests, self.left_out = {}, {}, {}
        self.journal = self.basis = self.held = None
        self.box = self.step(Container, file, self.say)
        if self.box and self.step(self.look_at_manifest):
            for action in (self.look_at_files, self.look_at_basis, self.look_at_journal, self.look_at_told,
                           self.look_at_ballots, self.look_at_marks, self.look_at_memo, self.look_at_results):
                self.step(action)

    def say(self, sentence):
        self.problems[sentence] = None

    def step(self, action, *arguments):
        """Does one part; a problem that ends it does not end the others."""
        try:
            return action(*arguments)
        except Problem as problem:
            self.say(str(problem))
        except (RecursionError, MemoryError):
            self.say("A file of the archive is too deeply nested or too large to be read.")
        return None

    def has(self, path):
        """Whether a file is there; says so if it is neither there nor left out."""
        if path not in self.box.entries and path not in self.left_out:
            self.say(f"{path}: the file is missing.")
        return path in self.box.entries

    def look_at_manifest(self):
        """The manifest: its form, and the files that it names."""
        if not self.has(MANIFEST):
            return False
        manifest = self.manifest = self.box.json(MANIFEST)
        text = dict(path=is_text, bytes=is_number, sha256=is_hash)
        for member, check in dict(
                schema=one_of("crrubric.archive/1"), copy=one_of("whole", "redacted"), made_at=is_moment,
                program=is_text, language=is_text, journal=has(entries=is_number, head=is_text),
                evaluation=has(slug=is_text, title=is_text, phase=is_text, chain=is_number),
                files=list_of(has(about=is_text, **text)),
                left_out=list_of(has(reason=is_text, **{**text, "bytes": lambda size: size is None or is_number(size)}))).items():
            need(manifest, member, check, MANIFEST)
        for path, times in Counter(file["path"] for file in manifest["files"] + manifest["left_out"]).items():
            if times > 1 or path == MANIFEST:
                self.say(f"{path}: the manifest may not name it, or not twice.")
        for file in manifest["left_out"]:
            path = file["path"]
            self.left_out[path] = file["sha256"]
            if path in (JOURNAL, BASIS, RESULTS):
                self.say(f"{path}: this file may not be left out.")
            if manifest["copy"] == "whole" and path.startswith(TOLD):
                self.say(f"{path}: only a redacted copy may leave this file out.")
            if path in self.box.entries:
                self.say(f"{path}: it is said to be left out, but it is there.")
        self.named = {file["path"]: file for file in manifest["files"]}
        return True

    def look_at_files(self):
        """Every file: its size and its SHA-256."""
        for path in self.box.entries:
            if path not in self.named and path != MANIFEST:
                self.say(f"{path}: the manifest does not name this file.")
        for path, file in self.named.items():
            self.step(self.look_at_file, path, file)

    def look_at_file(self, path, file):
        if path not in self.box.entries:
            raise Problem(f"{path}: the file is missing.")
        if self.box.entries[path].size != file["bytes"]:
            raise Problem(f"{path}: its size is not the one in the manifest.")
        digest = hashlib.sha256()
        for piece in self.box.pieces(path):
            digest.update(piece)
        self.digests[path] = digest.hexdigest()
        if self.digests[path] != file["sha256"]:
            raise Problem(f"{path}: the file was changed: its SHA-256 is not the one in the manifest.")

    def look_at_basis(self):
        if self.has(BASIS):
            self.basis = Basis(self.box.json(BASIS))

    def look_at_journal(self):
        """The journal, and what the manifest says of it."""
        if not self.has(JOURNAL):
            return
        journal, told = Journal(self.say, self.wanted), self.manifest["journal"]
        journal.read(self.box.whole(JOURNAL, LARGEST))
        if journal.entries != told["entries"]:
            self.say(f"Journal: it has {journal.entries} entries, and the manifest says {told['entries']}.")
        if journal.head != told["head"]:
            self.say("Journal: its last hash is not the one in the manifest.")
        if journal.chain != self.manifest["evaluation"]["chain"]:
            self.say("Journal: it is not that of the evaluation that the manifest names.")
        if self.wanted is not None and journal.found is None:
            self.say("Journal: no entry has the hash that you gave.")
        self.journal = journal

    def look_at_told(self):
        """Every sealed text and every issued memo of which the journal tells, and no other."""
        if self.journal is None:
            return
        for path, digests in self.journal.told.items():
            for digest, number in digests.items():
                if path not in self.box.entries and path not in self.left_out:
                    self.say(f"{path}: the file of which entry {number} of the journal tells is missing.")
                elif self.digests.get(path, self.left_out.get(path, digest)) != digest:
                    self.say(f"{path}: it is not the file of which entry {number} of the journal tells.")
        for path in list(self.box.entries) + list(self.left_out):
            if path.startswith(TOLD) and path not in self.journal.told:
                self.say(f"{path}: the journal tells of no such file.")

    def look_at_ballots(self):
        """Sealed ballots that count, against basis.json."""
        if self.basis is None:
            return
        ballots, members = {}, {reviewer["id"] for reviewer in self.basis.reviewers}
        vendors = {vendor["id"] for vendor in self.basis.vendors}
        for name in self.basis.current:
            found = re.match(r"m([0-9]{1,18})-v([0-9]{1,18})-([0-9]{1,18})\Z", name)
            member, vendor, number = map(int, found.groups()) if found else (None, None, None)
            path = f"ballots/sealed/{name}.json"
            if member not in members or vendor not in vendors or (member, vendor) in ballots:
                self.say(f"Ballot {name}: basis.json can not count such a ballot, or not a second one.")
                continue
            ballots[member, vendor] = self.step(self.ballot_in, path, number) if path in self.digests else None
            if path not in self.box.entries and path not in self.left_out:
                self.say(f"Ballot {name}: basis.json counts it, but its sealed text is missing.")
        for member, vendor, criterion, letter in self.basis.cells():
            ballot, code = ballots.get((member, vendor["id"])), criterion["code"]
            if ballot is not None:
                self.with_sealed += 1
                said = "S" if code in ballot["gaps"] else "M"
                if code in ballot["marks"]:
                    said = ANSWERS.get(ballot["marks"][code]["answer"], "?")
                self.compare(member, vendor, criterion, letter, said, "the sealed text")

    def ballot_in(self, path, number):
        """The object in a sealed ballot."""
        ballot = self.box.json(path, floats=True)
        need(ballot, "number", lambda value: is_number(value) and value == number, path)
        need(ballot, "sealed_at", is_text, path)
        need(ballot, "gaps", is_object, path)
        need(ballot, "marks", lambda marks: is_object(marks) and all(map(has(answer=is_text), marks.values())), path)
        return ballot

    def look_at_marks(self):
        """The marks as the journal tells them, against basis.json."""
        if self.basis is None or self.journal is None:
            return
        marks, imported, hidden = self.journal.marks, self.journal.imported, self.journal.hidden
        for member, vendor, criterion, letter in self.basis.cells():
            cell = member, vendor["id"], criterion["id"]
            said = marks.get(cell, "M")
            if said is None or said == "M" and (imported or hidden and cell not in marks):
                continue
            self.with_journal += 1
            self.compare(member, vendor, criterion, letter.replace("S", "M"), said, "the journal")

    def compare(self, member, vendor, criterion, letter, said, where):
        if said != letter:
            self.say(f"Mark of member {member} for vendor {vendor['code']}, criterion {criterion['code']}: "
                     f"{where} has {WORDS[said]}, basis.json has {WORDS[letter]}.")

    def look_at_memo(self):
        """The object in basis.json, against the hash that the last issued memo tells; says how far that goes."""
        journal = self.journal
        if self.basis is None or journal is None:
            return
        if journal.basis is None:
            self.held = "The memo was not issued, or by an older version: " + NOTHING
        elif journal.moved:
            self.held = "The decision was taken back after the memo was issued: " + NOTHING
        else:
            self.held = "What the result rests on (basis.json) was held against the issued memo (entry " \
                f"{journal.memo} of the journal): rule, weights, must-haves, findings, reviewers and " \
                "conflicts of interest."
            if hashlib.sha256(canonical(self.basis.value)).hexdigest() != journal.basis:
                self.say(f"{BASIS}: it is not what the memo of entry {journal.memo} of the journal stands on.")

    def look_at_results(self):
        """The result as it is computed from basis.json, against results.json."""
        if not self.has(RESULTS) or self.basis is None:
            return
        results = self.box.json(RESULTS, floats=True)
        tallies, vendors = self.basis.compute()
        said = need(results, "tallies", lambda cells: list_of(is_object)(cells) and len(cells) == len(tallies), RESULTS)
        for found, tally in zip(said, tallies):
            self.compare_members(f"Vendor {tally['vendor']}, criterion {tally['criterion']}", found, tally)
        told = need(results, "vendors", list_of(has(vendor=is_text)), RESULTS)
        times = Counter(one["vendor"] for one in told)
        for code in sorted(set(times) | set(vendors)):
            if times[code] != 1 or code not in vendors:
                self.say(f"Vendor {code}: results.json and basis.json do not both have it once.")
        for found in told:
            self.compare_members(f"Vendor {found['vendor']}", found, vendors.get(found["vendor"], {}))
        self.cells = len(tallies)

    def compare_members(self, where, found, computed):
        for member, value in computed.items():
            if member not in found or not equal(found[member], value):
                stated = show(found[member]) if member in found else "missing"
                self.say(f"{where}: “{member}” is {stated} in results.json, and {show(value)} as computed.")

    def summary(self):
        """What was looked at, in a few lines; of an archive without problems."""
        journal, basis = self.journal, self.basis
        yield "Everything fits together."
        yield f"Files: {len(self.named)}, and the manifest"
        yield f"Entries of the journal: {journal.entries} ({journal.hidden} withheld as a whole, " \
              f"{journal.texts} texts withheld in others)"
        memos = sum(path.startswith("memo/") for path in journal.told)
        yield f"Sealed texts: {len(journal.told) - memos}"
        yield f"Files of issued memos: {memos}"
        yield f"Marks and gaps: {sum(1 for _ in basis.cells())} " \
              f"({self.with_sealed} compared with sealed texts, {self.with_journal} with the journal)"
        yield f"Vendors: {len(basis.vendors)}, cells computed: {self.cells}"
        yield f"Copy: {self.manifest['copy']}, files left out: {len(self.left_out)}"
        yield self.held
        yield "Minutes, tables and other documents were compared with the manifest only."
        yield "Newest hash (fingerprint) of the journal: " + " ".join(re.findall(".{8}", journal.head))
        if self.wanted is None:
            yield "Compare it with the one that a memo, minutes or a receipt prints. They may print an earlier one: " \
                "give that as HASH."
            return
        yield f"The hash that you gave is that of entry {journal.found}: it proves the entries up to that one."
        if journal.basis is not None and journal.found < journal.memo:
            yield f"The entry of the issued memo ({journal.memo}) comes later: only a later hash, as minutes or a " \
                "receipt may print it, proves what that entry tells of basis.json."


def clean(sentence):
    """A line without anything that could disturb a terminal, and not too long."""
    line = "".join(sign if sign.isprintable() else "\ufffd" for sign in sentence)
    return line if len(line) <= 1000 else line[:1000] + "…"


def main(arguments):
    """The command: what it was given, and the code with which it exits."""
    usage = "usage: python3 verify.py ARCHIVE.zip [HASH]"
    wanted = "".join("".join(arguments[1:]).lower().split()) or None
    if not arguments or wanted is not None and not is_hash(wanted):
        print(usage, file=sys.stderr)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            verifier = Verifier(file, wanted)
    except OSError as error:
        print(usage, clean(str(error)), sep="\n", file=sys.stderr)
        return 2
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        for line in verifier.problems or verifier.summary():
            print(clean(line))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if verifier.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
