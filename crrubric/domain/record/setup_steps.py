"""Making set-up again from its journal entries: facts, rubric, vendors, committee, phases."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from crrubric.domain.record.entries import ROW, ToldEntry
from crrubric.domain.record.state import (
    CRITERION,
    LETTER_WORDS,
    MOMENTS,
    NEED,
    NO_OFFER,
    NO_SEATS,
    PHASES,
    RULE,
    SEATS,
    SECTION,
    STAMPS,
    TENSION,
    VENDOR,
    Row,
    State,
    pick_columns,
)
from crrubric.domain.record.texts import Text

EVALUATION = "evaluation"  # the key in `signed` of what has one row
EVERYTHING = "everything"
FACTS = ("title", "purpose", "closes_on", "ends_at", "language", "in_place")
SEAT = ("chair", "reviewer", "stakeholder")


def replay_creation(state: State, entry: ToldEntry) -> None:
    """The first entry: all that the evaluation begins with.

    Raises: KeyError for an entry of an older version that tells no more than the title.
    """
    begun = entry.row
    state.phase = begun.get("phase", "SETUP")
    state.facts = {
        "title": entry.subject, "purpose": entry.told["purpose"], "closes_on": None, "until": None,
        "hold": "", "practice_shown": False, "rubric_name": entry.told["rubric"],
        "rubric_version": entry.told["version"], "language": begun.get("language", "en"),
        "ends_at": None, "prices_opened": False, "deleted": False,
        "in_place": begun.get("in_place", False), **NO_SEATS,
        "names_people": begun.get("names_people", True),
        **dict.fromkeys(LETTER_WORDS, ""),
    }  # fmt: skip
    state.facts |= pick_columns(begun, ("slug",))
    state.rule = {"prices_sealed": False, **pick_columns(begun["rule"], RULE)}
    state.rule_set = begun.get("rule_set", False)
    state.sections = index_rows(begun["sections"], SECTION)
    criteria = index_rows(begun["criteria"], CRITERION)
    state.criteria = {key: read_weight(row) for key, row in criteria.items()}
    if "tensions" in begun:
        state.tensions = index_rows(begun["tensions"], TENSION)
    else:  # an older version did not tell of them
        state.untold.add("tensions")
    state.needs = {row["criterion"]: pick_columns(row, NEED) for row in begun.get("needs", ())}
    if chair := begun["chair"]:
        seat_member(state, chair["id"], chair, chair["name"])
    begin_moments(state, entry)


def begin_moments(state: State, entry: ToldEntry) -> None:
    """When the evaluation was made, and what has not happened yet; one out of a file is open."""
    state.sign(EVALUATION, None, {**dict.fromkeys(MOMENTS), "created_at": entry.at})
    if state.rule_set:
        state.sign(EVALUATION, None, {"rule_set_at": entry.at})
    if state.phase == "MEETING":
        state.shown = True
        at_once = dict.fromkeys(("opened_at", "closed_at", "shown_at"), entry.at)
        state.sign(EVALUATION, None, at_once)


def index_rows(rows: list[Mapping[str, Any]], columns: tuple[str, ...]) -> dict[int, Row]:
    """Rows by their ids."""
    return {row["id"]: pick_columns(row, columns) for row in rows}


def read_weight(row: Row) -> Row:
    """The row with its weight as a number: the journal has it as text."""
    return {**row, "weight": Decimal(row["weight"])} if "weight" in row else row


def replay_renewal(state: State, entry: ToldEntry) -> None:
    """It renews an earlier evaluation."""
    state.renews[entry.row["earlier_evaluation"]] = {}


def replay_change(state: State, entry: ToldEntry) -> None:
    """Other title, purpose, dates, language or kind."""
    told = pick_columns(entry.told, FACTS)
    if told.get("ends_at"):  # told in whatever zone it was typed in
        told["ends_at"] = datetime.fromisoformat(told["ends_at"]).astimezone(UTC).isoformat()
    state.facts.update(told)


def replay_seats(state: State, entry: ToldEntry) -> None:
    """How many learners are priced."""
    state.facts.update(pick_columns(entry.told, SEATS))


def replay_memo_names(state: State, entry: ToldEntry) -> None:
    """Whether the memo names people."""
    state.facts["names_people"] = entry.told["names_people"]


def replay_letter_words(state: State, entry: ToldEntry) -> None:
    """What stands at the end of every letter to a vendor."""
    state.facts.update(pick_columns(entry.told, LETTER_WORDS))


def replay_deletion(state: State, entry: ToldEntry) -> None:
    """An evaluation that nobody finds any more, and whose title is free for another."""
    state.facts.update(pick_columns(entry.told, ("title",)), deleted=True)
    state.sign(EVALUATION, None, {"deleted_at": entry.at})


def replay_rule(state: State, entry: ToldEntry) -> None:
    """Another decision rule, or the same looked at."""
    state.rule = {**state.rule, **pick_columns(entry.told, RULE)}
    state.rule_set = True
    state.sign(EVALUATION, None, {"rule_set_at": entry.at})


def replay_retention(state: State, entry: ToldEntry) -> None:
    """How long the record is kept."""
    state.facts.update(pick_columns(entry.told, ("until", "hold")))


def replay_phase(state: State, entry: ToldEntry) -> None:
    """Another phase: opening scoring issues ballots, going back to set-up takes them away."""
    before, after = (entry.before or {})["phase"], entry.told["phase"]
    if (before, after) == ("SCORING", "MEETING") and not state.shown:
        sealed = any(row["seals"] for row in state.ballots.values())
        state.shown = bool(state.marks or state.imported_ballots or sealed)
        if state.shown:
            state.sign(EVALUATION, None, {"shown_at": entry.at})
    back = PHASES.index(after) < PHASES.index(before)
    stamps: dict[str, Any] = {STAMPS[before]: None} if back else {STAMPS[after]: entry.at}
    state.sign(EVALUATION, None, stamps)
    state.phase = after
    if after == "SETUP":
        state.ballots.clear()
    state.issue_ballots()


def replay_section(state: State, entry: ToldEntry) -> None:
    """A new section, or other words for one."""
    state.sections |= index_rows([entry.row], SECTION)


def replay_section_removal(state: State, entry: ToldEntry) -> None:
    """A section without criteria goes."""
    del state.sections[(entry.before or {})[ROW]["id"]]


def replay_criterion(state: State, entry: ToldEntry) -> None:
    """A new criterion."""
    state.criteria[entry.row["id"]] = read_weight(pick_columns(entry.row, CRITERION))


def replay_criterion_change(state: State, entry: ToldEntry) -> None:
    """Other words, weight or marks of a criterion."""
    told = read_weight(pick_columns(entry.told, CRITERION))
    find_row(state.criteria, entry.criterion_id).update(told)


def replay_criterion_move(state: State, entry: ToldEntry) -> None:
    """Another order, or another section."""
    for section, order in entry.row["order"]:
        for position, criterion in enumerate(order):
            state.criteria[criterion] |= {"section_id": section, "position": position}


def replay_rubric_import(state: State, entry: ToldEntry) -> None:
    """Another rubric in the place of the own one: what no entry of a criterion tells of it."""
    replay_criterion_move(state, entry)
    for section, place in entry.row["places"]:
        state.sections[section] |= {"position": place}
    state.tensions = index_rows(entry.row["tensions"], TENSION)
    for fact, name in (("rubric_name", "rubric"), ("rubric_version", "version")):
        if name in entry.told:
            state.facts[fact] = entry.told[name]


def replay_translation(state: State, entry: ToldEntry) -> None:
    """Texts of a criterion in another language, told as "title (es)"; an empty one is gone."""
    row = find_row(state.criteria, entry.criterion_id)
    if "translations" not in row:  # an older version did not tell what there was
        return
    texts = {language: dict(own) for language, own in row["translations"].items()}
    for name, text in entry.told.items():
        key, language = name.removesuffix(")").split(" (")
        own = texts.setdefault(language, {})
        own.pop(key, None)
        if text:
            own[key] = text
    row["translations"] = {language: own for language, own in texts.items() if own}


def replay_correction(state: State, entry: ToldEntry) -> None:
    """A criterion corrected after ballots opened: the next revision of the rubric."""
    changed = {k: v for k, v in entry.told.items() if k not in {"revision", "effect"}}
    find_row(state.criteria, entry.criterion_id).update(pick_columns(changed, CRITERION))
    number = entry.told["revision"]
    state.revisions.append({
        "number": number, "criterion_id": entry.criterion_id,
        "effect": entry.told["effect"], "reason": entry.reason, "made_by": entry.actor_name,
        "before": entry.before, "after": changed,
    })  # fmt: skip
    state.sign("rubric_revision", number, {"made_at": entry.at})


def replay_vendor(state: State, entry: ToldEntry) -> None:
    """A new vendor."""
    told = {**NO_OFFER, **entry.told, **entry.row}
    state.vendors[require_id(entry.vendor_id)] = {**pick_columns(told, VENDOR), "withdrawn": None}
    state.sign("vendor", entry.vendor_id, {"withdrawn_at": None})


def replay_vendor_change(state: State, entry: ToldEntry) -> None:
    """Other facts of a vendor."""
    find_row(state.vendors, entry.vendor_id).update(pick_columns(entry.told, VENDOR))


def replay_vendor_removal(state: State, entry: ToldEntry) -> None:
    """A vendor that goes in set-up, with all that hung on it."""
    vendor = require_id(entry.vendor_id)
    del state.vendors[vendor]
    for key in [key for key in state.vendor_files if key[0] == vendor]:
        del state.vendor_files[key]
    for pair in [pair for pair in state.declarations if pair[1] == vendor]:
        del state.declarations[pair]
    for signed in list(state.signed):
        if is_signature_of_vendor(signed, vendor):
            del state.signed[signed]
    for seat in state.members.values():
        if vendor in (seat["vendors"] or ()):
            seat["vendors"].remove(vendor)


def is_signature_of_vendor(signed: tuple[str, Any, str], vendor: int) -> bool:
    """Whether a row that went with its vendor was signed."""
    table, key, _column = signed
    return (
        (table == "vendor" and key == vendor)
        or (table == "vendor_file" and key[0] == vendor)
        or (table == "declaration" and key[1] == vendor)
    )


def replay_vendor_withdrawal(state: State, entry: ToldEntry) -> None:
    """A vendor out of the selection."""
    find_row(state.vendors, entry.vendor_id)["withdrawn"] = entry.reason
    state.sign("vendor", entry.vendor_id, {"withdrawn_at": entry.at})


def replay_vendor_return(state: State, entry: ToldEntry) -> None:
    """A vendor back in the selection."""
    find_row(state.vendors, entry.vendor_id)["withdrawn"] = None
    state.sign("vendor", entry.vendor_id, {"withdrawn_at": None})
    state.issue_ballots()


def seat_member(state: State, member: int, told: Mapping[str, Any], name: Text) -> None:
    """A seat on the committee: what it was to mark and whether it practiced stay, if it is old.

    Whether the account came with it, older versions did not tell.
    """
    kept = pick_columns(state.members.get(member, {}), ("practiced", "vendors", "criteria"))
    state.members[member] = {
        **{key: told[key] for key in SEAT}, "name": name, "user_id": told["row"]["user_id"],
        "awaits_address": told.get("waits for"), **pick_columns(told["row"], ("made_account",)),
        "present": True, "practiced": False, "vendors": None, "criteria": None, **kept,
    }  # fmt: skip
    if not kept:
        state.sign("member", member, {"practiced_at": None})
    state.sign("member", member, {"removed_at": None})


def replay_invitation(state: State, entry: ToldEntry) -> None:
    """A new seat, or an old one again."""
    seat_member(state, require_id(entry.member_id), entry.told, entry.subject)
    state.issue_ballots()


def replay_address_proof(state: State, entry: ToldEntry) -> None:
    """A seat that waited for a proof of its address."""
    find_row(state.members, entry.member_id)["awaits_address"] = None


def replay_seat_change(state: State, entry: ToldEntry) -> None:
    """Another role."""
    find_row(state.members, entry.member_id).update(pick_columns(entry.told, SEAT))
    state.issue_ballots()


def replay_renaming(state: State, entry: ToldEntry) -> None:
    """Another name of a member."""
    find_row(state.members, entry.member_id).update(pick_columns(entry.told, ("name",)))


def replay_prices(state: State, entry: ToldEntry) -> None:
    """Prices that everybody may read from now on."""
    state.facts["prices_opened"] = True
    state.sign(EVALUATION, None, {"prices_opened_at": entry.at})


def replay_removal(state: State, entry: ToldEntry) -> None:
    """A seat that ends."""
    find_row(state.members, entry.member_id)["present"] = False
    state.sign("member", entry.member_id, {"removed_at": entry.at})


def replay_assignment(state: State, entry: ToldEntry) -> None:
    """What a reviewer is to mark, told in codes."""
    limits: list[list[int] | None] = []
    for name, rows in (("vendors", state.vendors), ("criteria", state.criteria)):
        codes = entry.told[name]
        own = sorted(key for key, row in rows.items() if row["code"] in codes)
        limits.append(None if codes == EVERYTHING else own)
    state.assign(require_id(entry.member_id), *limits)
    state.issue_ballots()


def replay_practice_end(state: State, entry: ToldEntry) -> None:
    """A reviewer has practiced enough."""
    find_row(state.members, entry.member_id)["practiced"] = True
    state.sign("member", entry.member_id, {"practiced_at": entry.at})


def replay_practice_show(state: State, entry: ToldEntry) -> None:
    """The practice round is over."""
    state.facts["practice_shown"] = True
    state.sign(EVALUATION, None, {"practice_shown_at": entry.at})


def replay_practice_restart(state: State, entry: ToldEntry) -> None:
    """The practice round begins anew."""
    state.facts["practice_shown"] = False
    state.sign(EVALUATION, None, {"practice_shown_at": None})
    for member, seat in state.members.items():
        seat["practiced"] = False
        state.sign("member", member, {"practiced_at": None})


def require_id(key: int | None) -> int:
    """The id that an entry must name. Raises: LookupError."""
    if key is None:
        raise LookupError("the entry does not name what it is about")
    return key


def find_row(rows: dict[int, Row], key: int | None) -> Row:
    """The row that an entry is about. Raises: LookupError."""
    return rows[require_id(key)]
