"""Tables that people paste from a spreadsheet or send as a file, read line by line into texts.

What a text means is not judged here: the form of one line reads it as if it had been typed there.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.formulas import unguard_formulas
from crrubric.domain.text import to_plain_word
from crrubric.domain.translation import N_

Columns = Mapping[str, Sequence[str]]  # field -> what its column may be called; in the usual order
Words = Mapping[str, str]  # what people write -> the choice that it stands for
UNREADABLE = N_(
    "This file can’t be read as a table. Copy its cells and paste them, or save it as “CSV UTF-8”."
)

VENDOR_COLUMNS: Columns = {
    "company": ("company", "company name", "vendor", "vendor name", "name", "supplier",
                "empresa", "nombre de la empresa", "proveedor", "nombre", "compañía"),
    "product": ("product", "product name", "producto", "nombre del producto"),
    "product_version": ("version", "product version", "versión"),
    "contact_name": ("contact person", "contact", "contact name",
                     "persona de contacto", "contacto", "nombre del contacto"),
    "contact_email": ("contact e-mail", "e-mail", "e-mail address", "mail", "correo",
                      "correo electrónico", "correo electrónico de contacto",
                      "correo de contacto", "correo del contacto"),
    "links": ("links, one a line", "links", "link", "website", "web site", "web", "url",
              "enlaces, uno por línea", "enlaces", "enlace", "sitio web", "página web"),
    "price_unit": ("price is", "price unit", "unit", "el precio es", "unidad"),
    "unit_price": ("price of one unit for a year, in dollars", "price", "unit price",
                   "price per unit", "price per student", "precio", "precio por unidad",
                   "precio por estudiante",
                   "precio de una unidad por un año, en dólares"),
    "quantity": ("quantity", "students", "number of students", "cantidad", "estudiantes"),
    "term_months": ("term in months", "term", "months", "plazo en meses", "plazo", "meses"),
    "price_note": ("note on the price", "price note", "note", "notes",
                   "nota sobre el precio", "nota", "notas"),
    "price_rise": ("rises by at most, in percent a year", "renewal cap", "price cap", "cap",
                   "renewal cap in percent", "annual increase", "price increase", "increase",
                   "sube como máximo, en porcentaje al año", "tope de renovación",
                   "tope de aumento", "aumento anual", "aumento"),
    "training_once": ("training, once, in dollars", "training", "training once",
                      "one time training", "training cost", "training fee", "onboarding",
                      "capacitación, una vez, en dólares", "capacitación", "formación",
                      "capacitación una vez", "costo de capacitación"),
    "training_yearly": ("training, each year, in dollars", "training each year",
                        "training per year", "training a year", "annual training",
                        "yearly training", "capacitación, cada año, en dólares",
                        "capacitación cada año", "capacitación anual", "capacitación por año"),
    "integration_once": ("integration, once, in dollars", "integration", "integration once",
                         "one time integration", "integration cost", "integration fee",
                         "integración, una vez, en dólares", "integración",
                         "integración una vez", "costo de integración"),
    "integration_yearly": ("integration, each year, in dollars", "integration each year",
                           "integration per year", "integration a year", "annual integration",
                           "yearly integration", "integración, cada año, en dólares",
                           "integración cada año", "integración anual", "integración por año"),
    "other_once": ("set-up and other, once, in dollars", "set-up", "setup", "set-up fee",
                   "setup fee", "one-time set-up", "one-time setup", "set-up cost",
                   "setup cost", "implementation", "implementation fee", "one-time fee",
                   "one-time cost", "other once",
                   "puesta en marcha y otros, una vez, en dólares", "puesta en marcha",
                   "instalación", "implementación", "costo inicial", "pago único",
                   "otros una vez"),
    "other_yearly": ("other, each year, in dollars", "other each year", "other per year",
                     "annual fee", "yearly fee", "support", "support each year", "hosting",
                     "otros, cada año, en dólares", "otros cada año", "cuota anual", "soporte",
                     "asistencia"),
    "price_lines": ("further prices, one a line", "further prices", "other prices",
                    "additional prices", "otros precios, uno por línea", "otros precios",
                    "precios adicionales"),
}  # fmt: skip
MEMBER_COLUMNS: Columns = {
    "name": ("name", "full name", "person", "nombre", "nombre completo", "persona"),
    "email": ("e-mail address", "e-mail", "mail", "address", "correo electrónico", "correo",
              "dirección de correo electrónico"),
    "roles": ("role", "roles", "seat", "rol", "función", "papel"),
    "stakeholder": ("represents", "stakeholder", "stakeholder group", "group", "speaks for",
                    "representa a", "representa", "grupo"),
}  # fmt: skip
# how people write a role beside what the form calls it; the values are those of the form
SEAT_WORDS: Words = {
    "reviewer": "reviewer", "evaluador": "reviewer", "evaluadora": "reviewer",
    "chair": "chair", "chairperson": "chair", "presidente": "chair", "presidenta": "chair",
    "chair, reviewer": "chair-reviewer", "chair/reviewer": "chair-reviewer",
    "observer": "observer", "observador": "observer", "observadora": "observer",
}  # fmt: skip
# what a price is counted in
PRICE_UNIT_WORDS: Words = {
    "student": "LEARNER", "per student": "LEARNER", "learner": "LEARNER", "pupil": "LEARNER",
    "per pupil": "LEARNER", "estudiante": "LEARNER", "por estudiante": "LEARNER",
    "por alumno": "LEARNER", "seat": "SEAT", "per seat": "SEAT", "concurrent user": "SEAT",
    "course": "COURSE", "per course": "COURSE", "enrollment": "COURSE",
    "per enrollment": "COURSE", "school": "SCHOOL", "site": "SCHOOL", "per site": "SCHOOL",
    "escuela": "SCHOOL", "por escuela": "SCHOOL", "plantel": "SCHOOL", "district": "DISTRICT",
    "whole district": "DISTRICT", "per district": "DISTRICT", "distrito": "DISTRICT",
}  # fmt: skip
# what a further price is for, and whether it is paid once
PRICE_KIND_WORDS: Words = {
    "tier": "TIER", "from": "TIER", "desde": "TIER", "set up": "OTHER", "setup": "OTHER",
    "support": "OTHER", "implementation": "OTHER", "formación": "TRAINING", "soporte": "OTHER",
    "puesta en marcha": "OTHER",
}  # fmt: skip
PAID_WORDS: Words = {
    "one time": "once", "one off": "once", "única vez": "once", "un solo pago": "once",
    "yearly": "", "annual": "", "annually": "", "a year": "", "per year": "", "year": "",
    "anual": "", "al año": "", "por año": "", "año": "",
}  # fmt: skip
# and whom people represent
STAKEHOLDER_WORDS: Words = {
    "special ed": "special_education", "sped": "special_education", "ese": "special_education",
    "ell": "english_learners", "el": "english_learners", "esl": "english_learners",
    "esol": "english_learners", "guidance": "counselor", "guidance counselor": "counselor",
    "technology": "it", "administrator": "principal", "administration": "principal",
    "guardian": "parent", "family": "parent", "families": "parent", "learner": "student",
    "school board": "other", "board": "other", "board member": "other",
    "school board member": "other", "junta escolar": "other", "consejo escolar": "other",
    "familia": "parent", "padre": "parent", "madre": "parent", "tecnología": "it",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PastedTable:
    """Lines of a table as field -> text, and the headers of columns that are not taken."""

    lines: tuple[Mapping[str, str], ...]
    left_out: tuple[str, ...] = ()


def read_pasted_table(text: str, columns: Columns) -> PastedTable:
    """The lines of a table with its columns in any order, or in the usual one without headers.

    Cells are set apart by tabs, as spreadsheets copy them, else by semicolons or commas. A row of
    blanks is no line. Raises: Invalid (field "table").
    """
    rows = _read_rows(text)
    fields = _find_fields(rows[0][1], columns) if rows else None
    left_out: list[str] = []
    if fields is None:
        fields = list(columns)
    else:
        left_out = _list_left_out(rows, fields)
        rows = rows[1:]
    if not rows:
        raise Invalid(N_("Paste at least one line, or choose a file with a table."), field="table")
    if len(rows) > limits.LINES_AT_ONCE:
        raise Invalid(
            N_("These are %(count)s lines: at most %(most)s can be taken at once."),
            count=len(rows),
            most=limits.LINES_AT_ONCE,
            field="table",
        )
    return PastedTable(
        tuple(_pair_cells(number, row, fields) for number, row in rows), tuple(left_out)
    )


def to_choice_word(text: str) -> str:
    """The form under which choices are compared: “Teachers” is “Teacher”."""
    return " ".join(word.removesuffix("s") or word for word in to_plain_word(text).split())


def _read_rows(text: str) -> list[tuple[int, list[str]]]:
    """(line number, cells) of every row that is not blank."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(StringIO(plain, newline=""), delimiter=_find_delimiter(plain), strict=True)
    rows, begun = [], 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((begun, cells))
            begun = reader.line_num + 1
    except csv.Error:
        raise Invalid(
            N_(
                "A quotation in line %(line)s does not end, or goes on after its end: remove its"
                " quotation marks."
            ),
            line=begun,
            field="table",
        ) from None
    return rows


def _find_delimiter(text: str) -> str:
    if "\t" in text:
        return "\t"
    first = text.lstrip().partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _find_fields(names: Sequence[str], columns: Columns) -> list[str] | None:
    """The field of each header, "" for one that is not known; None if the row is no header.

    Raises: Invalid for a column that is there twice, and without the first of the usual columns.
    """
    known = {to_plain_word(word): field for field, words in columns.items() for word in words}
    fields = [known.get(to_plain_word(name), "") for name in names]
    required = next(iter(columns))
    if required not in fields and sum(map(bool, fields)) < 2:
        return None
    for name, field in zip(names, fields, strict=True):
        if field and fields.count(field) > 1:
            raise Invalid(
                N_("The column “%(name)s” is there twice: remove one of them."),
                name=name,
                field="table",
            )
    if required not in fields:
        raise Invalid(
            N_("No column is called “%(name)s”: add it to the first line."),
            name=columns[required][0],
            field="table",
        )
    return fields


def _list_left_out(rows: Sequence[tuple[int, list[str]]], fields: Sequence[str]) -> list[str]:
    """The headers of columns that are not taken; of one that has cells and no header, its place."""
    return [
        rows[0][1][place] or f"({place + 1})"
        for place, field in enumerate(fields)
        if not field and any(any(row[place : place + 1]) for _number, row in rows)
    ]


def _pair_cells(number: int, row: Sequence[str], fields: Sequence[str]) -> Mapping[str, str]:
    if any(row[len(fields) :]):
        raise Invalid(
            N_(
                "Line %(line)s has more values than there are columns: %(count)s instead of"
                " %(most)s."
            ),
            line=number,
            count=len(row),
            most=len(fields),
            field="table",
        )
    return {
        field: unguard_formulas(cell) for field, cell in zip(fields, row, strict=False) if field
    }
