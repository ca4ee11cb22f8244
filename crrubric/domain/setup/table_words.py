"""What people call the columns of a table of vendors or people, and what they write for choices."""

import re
from collections.abc import Mapping

from crrubric.domain.exchange.field_tables import Columns, FieldTableKind
from crrubric.domain.text import to_plain_word
from crrubric.domain.translation import N_

MONTHS = 12  # in a year
Words = Mapping[str, str]  # what people write -> the choice that it stands for

# headers that say what a price or a number is of -> what it is counted in
_PRICE_OF_UNIT: dict[str, str] = {
    f"{word} per {unit}": unit
    for word in ("price", "cost", "rate", "annual price", "annual cost")
    for unit in ("student", "learner", "pupil", "seat", "concurrent user", "license", "course",
                 "enrollment", "school", "site", "campus", "building", "district")
} | {
    f"{word} por {unit}": unit
    for word in ("precio", "costo", "tarifa", "precio anual", "costo anual")
    for unit in ("estudiante", "alumno", "puesto", "licencia", "usuario simultáneo", "curso",
                 "inscripción", "escuela", "plantel", "sede", "distrito")
}  # fmt: skip
_COUNT_OF_UNITS: dict[str, str] = {
    f"{before}{words}": unit
    for words, unit in (
        ("students", "student"), ("learners", "learner"), ("pupils", "pupil"), ("seats", "seat"),
        ("concurrent users", "concurrent user"), ("concurrent seats", "seat"),
        ("course enrollments", "enrollment"), ("enrollments", "enrollment"),
        ("schools", "school"), ("sites", "site"), ("campuses", "campus"),
    )
    for before in ("", "number of ")
} | {
    f"{before}{words}": unit
    for words, unit in (
        ("estudiantes", "estudiante"), ("alumnos", "alumno"), ("puestos", "puesto"),
        ("usuarios simultáneos", "usuario simultáneo"), ("inscripciones", "inscripción"),
        ("escuelas", "escuela"), ("planteles", "plantel"), ("sedes", "sede"),
    )
    for before in ("", "número de ", "cantidad de ")
}  # fmt: skip
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
    "price_unit": ("price is", "price unit", "unit", "per", "price per", "cost per", "priced per",
                   "charged per", "billed per", "billing unit", "unit of measure", "uom",
                   "price basis", "pricing basis", "pricing model", "price model",
                   "licensing model", "license type", "type of license",
                   "el precio es", "unidad", "por", "precio por", "costo por", "se cobra por",
                   "unidad de medida", "unidad de precio", "modelo de precios",
                   "modelo de precio", "base del precio", "tipo de licencia"),
    "unit_price": ("price of one unit for a year, in dollars", "price", "unit price",
                   "price per unit", "unit cost", "cost per unit", "cost", "rate",
                   *_PRICE_OF_UNIT,
                   "precio", "precio por unidad", "precio unitario", "costo unitario",
                   "costo por unidad", "costo", "tarifa",
                   "precio de una unidad por un año, en dólares"),
    "quantity": ("quantity", "qty", "qty.", "count", "how many", "units", "number of units",
                 *_COUNT_OF_UNITS, "licenses", "licences", "number of licenses",
                 "license count", "cantidad", "unidades", "cuántos",
                 "licencias", "número de licencias", "cantidad de licencias"),
    "term_months": ("term in months", "term", "months", "term (months)", "term (in months)",
                    "contract term", "contract term in months", "contract term (months)",
                    "contract length in months", "length in months", "number of months",
                    "plazo en meses", "plazo", "meses", "plazo (meses)", "plazo del contrato",
                    "term in years", "term (years)", "contract term in years", "years",
                    "contract length in years", "plazo en años", "plazo (años)", "años",
                    "duración en años", "contract length", "duración", "vigencia",
                    "duración en meses", "duración (meses)", "número de meses"),
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
_MONTHS = re.compile(r"(\d{1,4})\s*(?:-\s*)?(?:months?|mos?\.?|meses|mes)\.?", re.IGNORECASE)
_YEARS = re.compile(r"(\d{1,4})\s*(?:-\s*)?(?:years?|yrs?\.?|años?)\.?", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}")
_IN_YEARS = re.compile(r"\b(?:years?|yrs?|años?)\b", re.IGNORECASE)


def spell_months(label: str, cell: str) -> str:
    """A term as a number of months: “36 months”, “3 years”, or 3 below “Term in years”.

    What is none of these stays as it is.
    """
    text = cell.strip()
    if months := _MONTHS.fullmatch(text):
        return months[1]
    if years := _YEARS.fullmatch(text):
        return str(int(years[1]) * MONTHS)
    is_number = _NUMBER.fullmatch(text) is not None
    return str(int(text) * MONTHS) if is_number and _IN_YEARS.search(label) else cell


VENDOR_TABLE = FieldTableKind(
    columns=VENDOR_COLUMNS,
    needed="company",
    needed_label=N_("Company"),
    respelled={"term_months": spell_months},
    implied={
        header: ("price_unit", unit) for header, unit in (_PRICE_OF_UNIT | _COUNT_OF_UNITS).items()
    },
)
MEMBER_TABLE = FieldTableKind(columns=MEMBER_COLUMNS, needed="name", needed_label=N_("Name"))
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
    "por alumno": "LEARNER", "alumno": "LEARNER", "named user": "LEARNER",
    "per named user": "LEARNER", "seat": "SEAT", "per seat": "SEAT", "concurrent user": "SEAT",
    "concurrent": "SEAT", "concurrent seat": "SEAT", "concurrent license": "SEAT",
    "seat license": "SEAT", "license": "SEAT", "per license": "SEAT", "licencia": "SEAT",
    "por licencia": "SEAT", "puesto": "SEAT", "por puesto": "SEAT",
    "usuario simultáneo": "SEAT", "por usuario simultáneo": "SEAT",
    "course": "COURSE", "per course": "COURSE", "enrollment": "COURSE",
    "per enrollment": "COURSE", "curso": "COURSE", "por curso": "COURSE",
    "inscripción": "COURSE", "por inscripción": "COURSE",
    "school": "SCHOOL", "site": "SCHOOL", "per site": "SCHOOL", "site license": "SCHOOL",
    "building": "SCHOOL", "per building": "SCHOOL", "campus": "SCHOOL", "per campus": "SCHOOL",
    "escuela": "SCHOOL", "por escuela": "SCHOOL", "plantel": "SCHOOL", "por plantel": "SCHOOL",
    "sede": "SCHOOL", "por sede": "SCHOOL", "district": "DISTRICT",
    "whole district": "DISTRICT", "per district": "DISTRICT", "district wide": "DISTRICT",
    "districtwide": "DISTRICT", "district license": "DISTRICT", "flat": "DISTRICT",
    "flat fee": "DISTRICT", "flat rate": "DISTRICT", "distrito": "DISTRICT",
    "por distrito": "DISTRICT", "todo el distrito": "DISTRICT", "tarifa fija": "DISTRICT",
}  # fmt: skip
# what a further price is for, and whether it is paid once
PRICE_KIND_WORDS: Words = {
    "tier": "TIER", "from": "TIER", "desde": "TIER", "volume": "TIER", "volume price": "TIER",
    "subscription": "LICENSE", "suscripción": "LICENSE", "onboarding": "TRAINING",
    "professional development": "TRAINING", "pd": "TRAINING", "formación": "TRAINING",
    "desarrollo profesional": "TRAINING", "rostering": "INTEGRATION", "sso": "INTEGRATION",
    "single sign on": "INTEGRATION", "set up": "OTHER", "setup": "OTHER",
    "set up fee": "OTHER", "setup fee": "OTHER", "support": "OTHER", "implementation": "OTHER",
    "hosting": "OTHER", "alojamiento": "OTHER", "soporte": "OTHER", "instalación": "OTHER",
    "implementación": "OTHER", "puesta en marcha": "OTHER",
}  # fmt: skip
PAID_WORDS: Words = {
    "one time": "once", "one time fee": "once", "one off": "once", "single payment": "once",
    "up front": "once", "upfront": "once", "pago único": "once", "única vez": "once",
    "un solo pago": "once",
    "yearly": "", "annual": "", "annually": "", "recurring": "", "a year": "", "per year": "",
    "year": "", "anual": "", "al año": "", "por año": "", "año": "",
}  # fmt: skip
# what the parts of a further price are called where a line of headers stands above them
PRICE_COLUMNS: Columns = {
    "kind": ("what for", "for", "item", "kind", "description", "type", "fee",
             "para qué", "concepto", "tipo", "artículo", "descripción"),
    "unit_price": ("price in dollars", "amount", "precio en dólares", "monto", "importe",
                   *VENDOR_COLUMNS["unit_price"]),
    "unit": VENDOR_COLUMNS["price_unit"],
    "quantity": VENDOR_COLUMNS["quantity"],
    "paid": ("paid", "when paid", "how often", "frequency", "billing", "billed", "recurrence",
             "se paga", "pago", "frecuencia", "cuándo se paga"),
    "rise": VENDOR_COLUMNS["price_rise"],
    "note": VENDOR_COLUMNS["price_note"],
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


def to_choice_word(text: str) -> str:
    """The form under which choices are compared: “Teachers” is “Teacher”."""
    return " ".join(word.removesuffix("s") or word for word in to_plain_word(text).split())
