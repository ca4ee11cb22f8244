"""Guessing how a file of marks is laid out, by its headers and by the names that it holds."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from crrubric.domain import limits
from crrubric.domain.exchange.answer_words import is_blank_answer, recognize_answer
from crrubric.domain.exchange.marks.lines import list_missing
from crrubric.domain.exchange.marks.mapping import MARK_ON, NOTE_ON, ColumnRole, Layout, MarkMapping
from crrubric.domain.exchange.sheets import (
    HEADER_WITHIN,
    SheetHead,
    find_header_cells,
    label_columns,
)
from crrubric.domain.text import to_plain_word

SURE = 1_000  # points of a table that has all its columns by name; the others hold names
HALF = 0.5  # of a column are names that are known: it is one of names
UNSURE = 1_000  # points less where a column is missing, which somebody may find
# How people head these columns; the first word of each is its own name. The clearer ones first: a
# code tells a vendor better than a name.
HEADERS: Mapping[ColumnRole, tuple[str, ...]] = {
    ColumnRole.REVIEWER: (
        "reviewer", "email address", "email", "username", "reviewer name", "your name", "name",
        "evaluator", "rater", "scorer", "respondent", "committee member", "evaluador",
        "evaluadora", "persona evaluadora", "correo electronico", "direccion de correo electronico",
        "nombre", "su nombre",
    ),
    ColumnRole.VENDOR: (
        "vendor code", "code of the vendor", "codigo del proveedor", "vendor", "vendor name",
        "product", "company", "which vendor", "which product", "which program", "proveedor",
        "producto", "empresa", "programa",
    ),
    ColumnRole.CRITERION: (
        "criterion code", "code of the criterion", "codigo del criterio", "criterion", "criteria",
        "question", "item", "criterio", "criterios", "pregunta",
    ),
    ColumnRole.MARK: (
        "mark", "answer", "score", "rating", "response", "yes/no", "yes / no", "respuesta",
        "calificacion", "marca",
    ),
    ColumnRole.NOTE: (
        "note", "notes", "comment", "comments", "remarks", "why", "explanation", "nota", "notas",
        "comentario", "comentarios", "observaciones", "por que",
    ),
    ColumnRole.TIME: (
        "time", "timestamp", "submitted at", "completion time", "date", "submission date",
        "marca temporal", "hora de finalizacion", "fecha", "hora",
    ),
    ColumnRole.EVIDENCE_KIND: ("evidence kind", "kind of evidence", "tipo de prueba"),
    ColumnRole.EVIDENCE_PLACE: (
        "evidence place", "where the evidence is", "where", "donde esta la prueba", "donde",
    ),
    ColumnRole.EVIDENCE_ON: ("evidence on", "seen on", "fecha en que se vio"),
    ColumnRole.EVIDENCE_UNTIL: ("evidence until", "valid until", "vigente hasta"),
}  # fmt: skip
_ROLE_OF = {
    word: (role, place) for role, words in HEADERS.items() for place, word in enumerate(words)
}
_COMMENT = re.compile(r"\b(notes?|comments?|why|explain|evidence|nota|comentarios?|por que)\b")
_NUMBERED = re.compile(r"^\s*(?:[QqPp](?:uestion|regunta)?\s*)?(?:#\s*)?\d+\s*[.):–-]?\s+")
_SECOND = re.compile(r" \(\d+\)$")
LONGEST_HEADER = 2 * limits.QUESTION  # characters: what is longer heads no column


@dataclass(frozen=True, slots=True)
class Known:
    """What an evaluation has: the code of a criterion by what it is called, or nothing; whether a
    name is one reviewer's, or one vendor's."""

    criterion: Callable[[str], str | None]
    reviewer: Callable[[str], bool]
    vendor: Callable[[str], bool]


NOTHING = Known(lambda _text: None, lambda _text: False, lambda _text: False)


class _Names:
    """What an evaluation has, each text looked up once: a sheet is looked through from each of its
    first rows, in three ways."""

    def __init__(self, known: Known) -> None:
        self.find_code = cache(partial(find_criterion_code, known=known))
        self.is_reviewer, self.is_vendor = cache(known.reviewer), cache(known.vendor)
        self.is_blank, self.is_answer = cache(is_blank_answer), cache(_is_answer)
        self.find_role, self.is_comment = cache(_find_role), cache(_is_comment)


def _is_answer(text: str) -> bool:
    return recognize_answer(text) is not None


def _is_comment(label: str) -> bool:
    return bool(_COMMENT.search(to_plain_word(label)))


@dataclass(frozen=True, slots=True)
class _Guess:
    layout: Layout
    header: int
    roles: Sequence[str]
    points: int


def guess_mapping(
    heads: Sequence[SheetHead],
    known: Known,
    *,
    layout: Layout | None = None,
    header: int | None = None,
) -> MarkMapping:
    """The mapping that fits best. Args: layout, header: what somebody has said already."""
    names = _Names(known)
    ways = [(head, list(_guess_sheet(head, names))) for head in heads]
    guesses = [
        (head, guess)
        for head, ways_of_head in ways
        for guess in ways_of_head
        if layout in (None, guess.layout) and header in (None, guess.header)
    ]
    if not guesses:
        first = heads[0] if heads else SheetHead("", ())
        number = header or (first.rows[0][0] if first.rows else 1)
        labels = _read_labels(first, number)
        roles = _find_long_roles(labels, names)
        columns = dict(zip(labels, roles, strict=True))
        chosen = layout or Layout.LONG
        return MarkMapping(layout=chosen, columns=columns, header=number, sheets={first.name: ""})
    best_head, best = max(guesses, key=lambda each: each[1].points)
    labels = _read_labels(best_head, best.header)
    columns = dict(zip(labels, best.roles, strict=True))
    sheets = {best_head.name: ""}
    if ColumnRole.VENDOR not in best.roles:
        sheets = _match_sheets(ways, best, names) or sheets
        for head, ways_of_head in ways:
            for guess in ways_of_head if head.name in sheets else ():
                if guess.layout is best.layout and guess.header == best.header:
                    for label, role in zip(
                        _read_labels(head, guess.header), guess.roles, strict=True
                    ):
                        columns[label] = columns.get(label) or role
    return MarkMapping(layout=best.layout, columns=columns, header=best.header, sheets=sheets)


def _read_labels(head: SheetHead, header: int) -> list[str]:
    return label_columns(find_header_cells(head, header))


def _match_sheets(
    ways: Sequence[tuple[SheetHead, Sequence[_Guess]]], best: _Guess, names: _Names
) -> dict[str, str]:
    """The sheets that are called as vendors are, and laid out in this way."""
    return {
        head.name: head.name
        for head, guesses in ways
        if names.is_vendor(head.name) and any(guess.layout is best.layout for guess in guesses)
    }


def _guess_sheet(head: SheetHead, names: _Names) -> Iterator[_Guess]:
    """Every way in which a sheet could be meant; the more of it is known, the more points."""
    for place, (number, cells) in enumerate(head.rows[:HEADER_WITHIN]):
        labels = label_columns(cells)
        columns = _read_columns(head, place, len(labels))
        for layout, roles in (
            (Layout.LONG, _add_named(_find_long_roles(labels, names), columns, names)),
            (Layout.RESPONSES, _add_named(_find_response_roles(labels, names), columns, names)),
            (Layout.MATRIX, _find_matrix_roles(labels, columns, names)),
        ):
            mapping = MarkMapping(layout=layout, columns={}, vendor="any")
            missing = list(list_missing(roles, mapping))
            points = 10 * sum(map(bool, roles)) - place
            if not missing:
                points += SURE * (layout is Layout.LONG)
                yield _Guess(layout, number, roles, points)
            elif ColumnRole.MARK not in missing and sum(map(bool, roles)) > 1:
                yield _Guess(layout, number, roles, points - UNSURE)


def _read_columns(head: SheetHead, place: int, width: int) -> list[list[str]]:
    """What stands in each column below a row, as far as it was read."""
    below = [row for _number, row in head.rows[place + 1 :]]
    return [
        [row[column] for row in below if column < len(row) and row[column].strip()]
        for column in range(width)
    ]


def _add_named(roles: Sequence[str], columns: Sequence[Sequence[str]], names: _Names) -> list[str]:
    """Where no header says vendor or reviewer, the column in which they are named."""
    found = list(roles)
    for role, knows in (
        (ColumnRole.VENDOR, names.is_vendor),
        (ColumnRole.REVIEWER, names.is_reviewer),
    ):
        if role not in found:
            shares = [
                0 if found[place] or not column else sum(map(knows, column)) / len(column)
                for place, column in enumerate(columns)
            ]
            if max(shares, default=0) >= HALF:
                found[shares.index(max(shares))] = role
    return found


def _find_long_roles(labels: Sequence[str], names: _Names) -> list[str]:
    """By their words alone; of two columns for the same the clearer one."""
    clearest: dict[ColumnRole, int] = {}
    found = [names.find_role(label) for label in labels]
    for each in found:
        if each is not None:
            role, rank = each
            clearest[role] = min(rank, clearest.get(role, rank))
    return [each[0] if each and clearest[each[0]] == each[1] else "" for each in found]


def _find_role(label: str) -> tuple[ColumnRole, int] | None:
    """What a header says by its words, and how clearly; a second one of a name says the same."""
    if len(label) > LONGEST_HEADER:
        return None
    return _ROLE_OF.get(to_plain_word(_SECOND.sub("", label).replace("_", " ")).strip("¿? "))


def _find_response_roles(labels: Sequence[str], names: _Names) -> list[str]:
    """A column for each criterion that is known, and one for its notes behind it."""
    plain = _find_long_roles(labels, names)
    roles: list[str] = []
    held: set[str] = set()
    for label, role in zip(labels, plain, strict=True):
        code = names.find_code(label)
        before = roles[-1] if roles else ""
        if code is not None and MARK_ON + code not in held:
            roles.append(MARK_ON + code)
        elif code is not None and names.is_comment(label):
            roles.append(NOTE_ON + code)
        elif before.startswith(MARK_ON) and names.is_comment(label):
            roles.append(NOTE_ON + before.removeprefix(MARK_ON))
        elif role in (ColumnRole.REVIEWER, ColumnRole.VENDOR, ColumnRole.TIME) and role not in held:
            roles.append(role)
        else:
            roles.append("")
        held.add(roles[-1])
    return roles


def find_criterion_code(label: str, known: Known) -> str | None:
    """The criterion that a header names: by code, title or question, numbered, in brackets."""
    if len(label) > LONGEST_HEADER:
        return None
    _before, opened, inner = label.rstrip().removesuffix("]").partition("[")
    is_inside = bool(opened and inner) and label.rstrip().endswith("]")
    for text in (label, *([inner] if is_inside else ())):
        bare = _NUMBERED.sub("", text).strip()
        without = re.sub(
            r"(?i)^(?:comments?|notes?|comentarios?|notas?)\s*(?:on|about|for|sobre)?\s*[:–-]?\s*",
            "",
            bare,
        )
        for each in (text, bare, _NUMBERED.sub("", without).strip(" :–-")):
            code = known.criterion(each) if each else None
            if code is not None:
                return code
    return None


def _find_matrix_roles(
    labels: Sequence[str], columns: Sequence[Sequence[str]], names: _Names
) -> list[str]:
    """The column with the criteria, one of marks for each reviewer, notes behind them."""
    width = len(labels)
    words = [(names.find_role(label) or ("", 0))[0] for label in labels]
    at = _find_criterion_column(columns, words, names)
    if at is None:
        return [""] * width
    answered = [
        place > at and not words[place] and _holds_answers(columns[place], names)  # before: numbers
        for place in range(width)
    ]
    if sum(answered) < 2 and not any(map(names.is_reviewer, labels)):
        return [""] * width  # one column of answers is no matrix
    roles: list[str] = []
    for place, label in enumerate(labels):
        if place == at:
            roles.append(ColumnRole.CRITERION)
        elif names.is_reviewer(label) or answered[place]:
            roles.append(ColumnRole.MARK)
        elif roles and roles[-1] == ColumnRole.MARK and names.is_comment(label):
            roles.append(ColumnRole.NOTE)
        elif words[place] == ColumnRole.VENDOR:
            roles.append(ColumnRole.VENDOR)
        else:
            roles.append("")
    return roles


def _find_criterion_column(
    columns: Sequence[Sequence[str]], words: Sequence[str], names: _Names
) -> int | None:
    """The column in which most criteria are named; else the one that is called so."""
    named = [
        sum(names.find_code(cell) is not None for cell in column if cell.strip())
        for column in columns
    ]
    if max(named, default=0) > 0:
        return named.index(max(named))
    return words.index(ColumnRole.CRITERION) if ColumnRole.CRITERION in words else None


def _holds_answers(column: Sequence[str], names: _Names) -> bool:
    """Whether what stands in a column are answers alone, and some."""
    written = [cell for cell in column if not names.is_blank(cell)]
    return bool(written) and all(map(names.is_answer, written))
