"""A rubric that comes as a file takes the place of an evaluation's own, before ballots open."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.exchange.drafts import DraftKind
from crrubric.domain.exchange.field_tables import FieldMapping
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.setup.rubric import (
    Rubric,
    RubricCriterion,
    RubricSection,
    load_practice_vendor,
    parse_rubric,
)
from crrubric.domain.setup.rubric_files.case import CaseSource, read_case_rubric
from crrubric.domain.setup.rubric_files.differences import (
    RubricDifference,
    compare_rubrics,
    index_criteria,
    read_values,
    settle_rubric,
    tell_tensions,
)
from crrubric.domain.setup.rubric_files.rows import read_rubric_rows
from crrubric.domain.setup.rubric_files.toml_out import write_rubric_toml
from crrubric.domain.text import cut_visibly
from crrubric.models import Criterion, Evaluation, Section, Tension
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.rubrics import list_sections, read_rubric
from crrubric.services.exchange.field_tables import FieldMemory, FieldTable
from crrubric.services.setup.rubrics import (
    list_criterion_ids,
    merge_practice_translations,
    refuse_large_rubric,
    serialize_criterion,
    serialize_section,
    serialize_tension,
    stringify_decimals,
    write_criterion_values,
)
from crrubric.services.setup.translations import TEXTS, update_translations
from crrubric.services.shared.journal import ROW, EntryReferences, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True)
class RubricFile:
    """The rubric in a file; the names of levels that become YES and NO; titles that were cut; the
    table that it is."""

    rubric: Rubric
    levels: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    table: FieldTable | None = None


def looks_like_table(text: str) -> bool:
    """Whether a text is neither a rubric file nor JSON."""
    return not looks_like_toml(text) and text.removeprefix("\ufeff").lstrip()[:1] not in {"{", "["}


def read_rubric_words(text: str, stored: Rubric, source: CaseSource) -> RubricFile:
    """The rubric of a text that is no table: TOML as crrubric writes it, or a CFRubric of CASE 1.1.

    Args: stored: what the text does not tell is taken from it; source: whose that is.
    Raises: NotReady with every problem; Invalid (field "words") for one that is too large.
    """
    if looks_like_toml(text):
        found = RubricFile(parse_rubric(text))
    else:
        case = read_case_rubric(text, stored, source)
        found = RubricFile(case.rubric, case.levels, case.cut)
    refuse_many_criteria(stored, found.rubric)
    return found


def read_rubric_table(table: FieldTable, stored: Rubric) -> RubricFile:
    """The rubric of a table with a line for each criterion. Raises: Invalid, InvalidLines."""
    lines = table.read_lines(most=None)
    columns = [field for field in table.mapping.fields if field]
    found = RubricFile(read_rubric_rows(lines, columns, stored), table=table)
    refuse_many_criteria(stored, found.rubric)
    return found


def refuse_many_criteria(stored: Rubric, wanted: Rubric) -> None:
    """Raise Invalid (field "words") where a rubric, and what is left out of the stored one for it,
    would be too large; not one that is so already, and would not grow."""
    there = index_criteria(stored).keys()
    count = len(there | index_criteria(wanted).keys())
    if count > len(there):
        refuse_large_rubric(count, field="words")


def remember_rubric_columns(session: Session, evaluation: Evaluation) -> FieldMemory:
    """How rubrics as tables were read in the district of an evaluation."""
    return FieldMemory(session, evaluation.district_id, DraftKind.RUBRIC)


def looks_like_toml(text: str) -> bool:
    """Whether a text is meant as a rubric file rather than as a table."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    if first.startswith(("{", "[")):
        return first.startswith(("[[section", "[[ section"))
    return "=" in first.partition('"')[0]


def fingerprint_source(rubric: Rubric) -> Mapping[str, object]:
    """All that a rubric says, as the values of one version."""
    return {"rubric": write_rubric_toml(rubric)}


def foresee_rubric(stored: Rubric, wanted: Rubric) -> RubricDifference:
    """What taking a rubric changes."""
    return compare_rubrics(stored, settle_rubric(stored, wanted))


def import_rubric(
    actor: Actor,
    slug: str,
    wanted: Rubric,
    *,
    name: str = "",
    seen: str | None = None,
    columns: FieldMapping | None = None,
) -> RubricDifference:
    """Let the evaluation's rubric say what another one says; what that changed.

    Criteria are the same if their codes are. One that the other does not have is left out.
    Args: name: of the file, for the journal; seen: the version of the evaluation's own that the
    page showed; columns: of the table that it comes from, to be proposed the next time.
    Raises: NotFound, WrongPhase; Stale if it was changed since; Invalid if it would be too large.
    """
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        stored = read_rubric(session, evaluation)
        refuse_many_criteria(stored, wanted)
        target = settle_rubric(stored, wanted)
        refuse_unseen_change(fingerprint_source(stored), fingerprint_source(target), seen)
        found = compare_rubrics(stored, target)
        if not found.is_empty():
            _RubricWriter(session, actor, evaluation).write(stored, target, name)
        if columns is not None:
            remember_rubric_columns(session, evaluation).keep_mapping(columns)
    return found


class _RubricWriter:
    """Makes an evaluation's rows what a rubric says, each change with its own journal entry."""

    def __init__(self, session: Session, actor: Actor, evaluation: Evaluation) -> None:
        self.session, self.actor, self.evaluation = session, actor, evaluation
        self.tensions: list[Tension] = []
        self.sections = {row.code: row for row in list_sections(session, evaluation.id)}
        self.criteria = {row.code: row for part in self.sections.values() for row in part.criteria}

    def write(self, stored: Rubric, target: Rubric, name: str) -> None:
        """Write everything that differs."""
        for part in target.sections:
            self.write_section(part)
        for place, part in enumerate(target.sections):
            self.sections[part.code].position = place
            for number, row in enumerate(part.criteria):
                self.write_criterion(row, self.sections[part.code], number)
        self.write_tensions(stored, target)
        old = {"rubric": stored.name, "version": stored.version}
        self.evaluation.rubric_name = target.name
        self.evaluation.rubric_version = target.version
        self.session.flush()
        self.note_import(old, {"rubric": target.name, "version": target.version}, name)
        self.remove_sections(target)

    def note(self, event: Event, subject: str, **told: object) -> None:
        """One entry about the evaluation."""
        note_event(
            self.session,
            self.actor,
            event,
            evaluation_id=self.evaluation.id,
            subject=subject,
            **told,  # type: ignore[arg-type]
        )

    def write_section(self, part: RubricSection) -> None:
        """A new section, or another title of one."""
        row = self.sections.get(part.code)
        texts = {language: dict(own) for language, own in part.translations.items()}
        if row is None:
            row = Section(
                evaluation_id=self.evaluation.id, code=part.code, title=part.title,
                position=len(self.sections), translations=texts,
            )  # fmt: skip
            self.sections[part.code] = row
            self.session.add(row)
            self.session.flush()
            self.note(Event.SECTION_ADDED, part.title, after={ROW: serialize_section(row)})
        elif (row.title, row.translations) != (part.title, texts):
            before = {"title": row.title}
            row.title, row.translations = part.title, texts
            self.note(
                Event.SECTION_RENAMED,
                part.title,
                before=before,
                after={"title": part.title, ROW: serialize_section(row)},
            )

    def write_criterion(self, wanted: RubricCriterion, section: Section, place: int) -> None:
        """A new criterion, or what is said otherwise of one; and where it stands."""
        values = {
            **read_values(wanted),
            "weight": Decimal(wanted.weight.numerator) / wanted.weight.denominator,
        }
        row = self.criteria.get(wanted.code)
        if row is None:
            self.add_criterion(wanted, section, place, values)
            return
        write_criterion_values(self.session, self.actor, row, values)
        update_translations(self.session, self.actor, row, changed=(), given=list_all_texts(wanted))
        row.section_id, row.position = section.id, place

    def add_criterion(
        self,
        wanted: RubricCriterion,
        section: Section,
        place: int,
        values: Mapping[str, object],
    ) -> None:
        """A new criterion; of the practice vendor it tells what crrubric's own shows."""
        if wanted.practice is None:
            shows = load_practice_vendor().shows.get(wanted.code, "")
            values = {**values, "practice": shows}
        row = Criterion(
            evaluation_id=self.evaluation.id, section_id=section.id, code=wanted.code,
            position=place, translations=merge_practice_translations(wanted), **values,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        self.criteria[wanted.code] = row
        self.note(
            Event.CRITERION_ADDED,
            row.title,
            about=EntryReferences(criterion_id=row.id),
            after={**stringify_decimals(dict(values)), ROW: serialize_criterion(row)},
        )

    def write_tensions(self, stored: Rubric, target: Rubric) -> None:
        """What pulls against what, made anew if it is another."""
        own = Tension.evaluation_id == self.evaluation.id
        if tell_tensions(stored.tensions) == tell_tensions(target.tensions):
            there = select(Tension).where(own).order_by(Tension.id)
            self.tensions = list(self.session.scalars(there))
            return
        self.session.execute(delete(Tension).where(own))
        self.tensions = [
            Tension(
                evaluation_id=self.evaluation.id,
                first_id=self.criteria[row.between[0]].id,
                second_id=self.criteria[row.between[1]].id,
                why=row.why,
                translations={language: dict(own) for language, own in row.translations.items()},
            )
            for row in target.tensions
        ]
        self.session.add_all(self.tensions)

    def note_import(self, old: Mapping[str, str], new: Mapping[str, str], name: str) -> None:
        """What the entries of criteria and sections don't tell: the order, the name, the rest."""
        before, after = find_changes(old, new)
        for section in self.sections.values():
            self.session.expire(section, ["criteria"])
        ordered = sorted(self.sections.values(), key=lambda row: row.position)
        row = {
            "order": list_criterion_ids(ordered),
            "places": [[section.id, section.position] for section in ordered],
            "tensions": [serialize_tension(tension) for tension in self.tensions],
        }
        file = cut_visibly(name, limits.TITLE)  # whatever a form carried along
        told = {**after, **({"file": file} if file else {}), ROW: row}
        self.note(Event.RUBRIC_IMPORTED, new["rubric"], before=before, after=told)

    def remove_sections(self, target: Rubric) -> None:
        """Sections that the rubric no longer has: nothing stands in them any more."""
        kept = {part.code for part in target.sections}
        for code, section in self.sections.items():
            if code not in kept:
                self.note(Event.SECTION_REMOVED, section.title, before={ROW: {"id": section.id}})
                self.session.delete(section)


def list_all_texts(wanted: RubricCriterion) -> dict[str, dict[str, str]]:
    """Every text in every other language; an empty one takes away what there was."""
    return {
        language: {**dict.fromkeys(TEXTS, ""), **wanted.translations.get(language, {})}
        for language in NAMES
        if language != SOURCE
    }
