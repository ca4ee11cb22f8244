"""What people call the columns of a table of vendors or people, and what they write for choices."""

from collections.abc import Mapping

from crrubric.domain.exchange.field_tables import Columns, FieldTableKind
from crrubric.domain.text import to_plain_word
from crrubric.domain.translation import N_

Words = Mapping[str, str]  # what people write -> the choice that it stands for

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
VENDOR_TABLE = FieldTableKind(VENDOR_COLUMNS, needed="company", needed_label=N_("Company"))
MEMBER_TABLE = FieldTableKind(MEMBER_COLUMNS, needed="name", needed_label=N_("Name"))
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


def to_choice_word(text: str) -> str:
    """The form under which choices are compared: “Teachers” is “Teacher”."""
    return " ".join(word.removesuffix("s") or word for word in to_plain_word(text).split())
