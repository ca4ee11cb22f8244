"""Verifies a copy of a journal by what docs/journal.md says, and shares no code with crrubric."""

import hashlib
import json
from typing import Any


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def take_text(content: Any, pointer: str) -> Any:
    """The value to which a pointer leads; null is left in its place."""
    *way, last = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    for key in way:
        content = content[int(key) if isinstance(content, list) else key]
    place = int(last) if isinstance(content, list) else last
    text, content[place] = content[place], None
    return text


def hash_entry(entry: dict[str, Any], chain: int, previous: str) -> str:
    covered = json.loads(json.dumps(entry["content"]))
    if entry["version"] in (2, 3, 4):
        texts = dict(entry["withheld"])
        for pointer in entry["withheld"]:
            assert take_text(covered, pointer) in (None, ""), "a text stands where one was withheld"
        for pointer, salt in entry["salts"].items():
            assert pointer not in texts
            assert len(salt) == 32
            text = take_text(covered, pointer)
            kind = b"text"
            if entry["version"] == 4 and type(text) is int:
                kind, text = b"number", str(text)
            texts[pointer] = sha256(
                b"crrubric journal " + kind + b"\n" + bytes.fromhex(salt) + text.encode("utf-8")
            )
        covered |= {"texts": texts, "version": entry["version"]}
    else:
        assert entry["version"] == 1
        assert not entry["salts"]
        assert not entry["withheld"]
    covered |= {"chain": chain, "number": entry["number"], "at": entry["at"], "previous": previous}
    return sha256(json.dumps(covered, sort_keys=True, separators=(",", ":")).encode("ascii"))


def verify_copy_independently(text: str) -> str:
    """The newest hash of a copy. Raises: AssertionError or another error if anything is wrong."""
    first, *entries, last = [json.loads(line) for line in text.splitlines()]
    assert first["crrubric_journal"] in (1, 2, 3)
    previous, version = "", 1
    for number, entry in enumerate(entries, start=1):
        assert entry["number"] == number
        assert entry["version"] >= version
        if entry["content"] is not None:
            assert hash_entry(entry, first["chain"], previous) == entry["hash"]
        previous, version = entry["hash"], entry["version"]
    assert last == {"entries": len(entries), "head": previous}
    return previous
