"""What the memo prints of the planning workbook: why, for whom, and what follows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain

from crrubric.domain.documents.tree import Block, Bullets, Heading, Paragraph, Table
from crrubric.domain.memo.chapters.cost import PRICED_LEARNERS, tell_priced_learners
from crrubric.domain.memo.chapters.work import print_items, print_venues
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.plan_facts import MemoMeasure, MemoRenewal, MemoSeats
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.planning.answers import PlanAnswer, PlanRow, add_up_cost, is_rows
from crrubric.domain.planning.differences import (
    AnswerFormatter,
    write_as_text,
    write_cell,
    write_hint_reason,
)
from crrubric.domain.planning.disclosure import (
    SMALLEST_SHOWN,
    find_hidden_counts,
    tells_of_a_learner,
)
from crrubric.domain.planning.followup.measures import (
    MeasuredPeriod,
    MeasureUnit,
    hide_small_number,
    name_measure,
    write_measured_period,
)
from crrubric.domain.planning.progress import (
    GOAL,
    LETTER_LABELS,
    LETTERS,
    PlanAnswers,
    list_shown_hints,
)
from crrubric.domain.planning.prompts import (
    CriterionHint,
    HintKey,
    Prompt,
    PromptColumn,
    PromptKind,
    WorkbookSection,
    find_hint_mismatch,
)
from crrubric.domain.planning.section_files import find_workbook_section, load_workbook_sections
from crrubric.domain.planning.triage import list_setting_rows
from crrubric.domain.results.scoring import ScoredCriterion
from crrubric.domain.translation import N_

NO_ANSWERS: PlanAnswers = {}
HIDDEN = N_("hidden")
# of the profile what is in words: shares of a few learners could tell of one
PROFILE = ("strengths", "barriers", "conversations", "first", "kept", "measure")


class PlanBlocks:
    """The sections that are filled from the workbook."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words, self.plan = facts, words, facts.plan
        self.formatter = AnswerFormatter(
            translate=words.translate,
            day=self.day,
            number=self.number,
            money=lambda dollars: words.money(int(dollars * 100)),
        )

    def board_lines(self) -> Iterable[Block]:
        """For the board: how the district will know that it worked, if the goal says it."""
        answers = self.answers(GOAL)
        told = [str(answers[cell]) for cell in ("measurable", "time_bound") if answers.get(cell)]
        if told:
            yield Paragraph(" ".join(told), self.words(N_("How we will know that it worked:")))

    # background and need

    def background(self) -> Iterable[Block]:
        """The goal, why learners need it, how many seats, who they are, what lies at the root."""
        yield from self.part(N_("The goal"), self.goal())
        yield from self.part(N_("Why learners need it"), self.reasons())
        yield from self.part(N_("Learners and seats"), self.seats())
        yield from self.part(N_("Who the learners are"), self.prompts("learners", *PROFILE))
        yield from self.part(N_("Root causes"), self.prompts("causes", "causes"))
        told = [row for row in self.facts.renewals if row.vendor not in self.facts.kept_back]
        if told:
            yield Heading(2, self.words(N_("What came of the last time")))
            for row in told:
                yield from self.renewal(row)

    def renewal(self, row: MemoRenewal) -> Iterable[Block]:
        """One vendor: what it did not meet, what it has kept, what was measured since."""
        words = self.words
        lead = words(N_("%(vendor)s in “%(title)s”:"), vendor=row.name, title=row.title)
        text = N_("Criteria that it did not meet: %(unmet)s. Commitments kept: %(kept)s; broken:"
                  " %(broken)s; open: %(left)s.")  # fmt: skip
        parts = {
            name: self.named(getattr(row, name)) for name in ("unmet", "kept", "broken", "left")
        }
        yield Paragraph(words(text, **parts), lead)
        lines = tuple(
            f"{name_measure(one.kind, one.words, words.translate)}: "
            + self.measured(one, one.last, one.last_period)
            for one in row.measures
        )
        if lines:
            yield Bullets(lines)

    def named(self, things: Sequence[str]) -> str:
        """How many, and which."""
        return f"{len(things)} ({', '.join(things)})" if things else "0"

    def part(self, title: str, blocks: Iterable[Block]) -> Iterable[Block]:
        """A part of a section under its heading; without anything in it, it says so."""
        yield Heading(2, self.words(title))
        found = list(blocks)
        yield from found or [Paragraph(self.words(NONE))]

    def goal(self) -> Iterable[Block]:
        """The cells of the goal that are filled in, and the action for the day it was set."""
        words, answers = self.words, self.answers(GOAL)
        for letter in LETTERS:
            if text := answers.get(letter):
                yield Paragraph(str(text), f"{words(LETTER_LABELS[letter])}:")
        if action := answers.get("today"):
            day = str(answers.get("today_on", ""))
            more = [str(answers.get("today_owner", ""))]
            more += [words.day(date.fromisoformat(day))] if day else []
            told = ", ".join(filter(None, more))
            text = f"{action} ({told})" if told else str(action)
            yield Paragraph(text, words(N_("First action:")))

    def reasons(self) -> Iterable[Block]:
        """Reasons and groups with their learners; counts that could tell of a person are hidden."""
        words, answers = self.words, self.answers("reasons")
        hides = False
        for code, title in (("reasons", N_("Reasons")), ("groups", N_("Groups served"))):
            prompt, answer = self.prompt("reasons", code), answers.get(code)
            if is_rows(answer) and answer:
                yield (table := self.counted(prompt, answer, words(title)))
                hides = hides or any(row[1] == words(HIDDEN) for row in table.rows)
        if hides:
            yield self.why_hidden()
        if total := answers.get("learners"):
            yield Paragraph(self.total(str(total)), words(N_("Different learners in all:")))
        if source := answers.get("source"):
            yield Paragraph(str(source), words(N_("Where the numbers come from:")))

    def counted(self, prompt: Prompt, rows: Sequence[PlanRow], title: str) -> Table:
        """What was chosen, with the learners of each."""
        counts = {row["option"]: int(row["count"]) for row in rows if row.get("count")}
        hidden = find_hidden_counts(counts, [one.code for one in prompt.options])
        labels = {one.code: one.label for one in prompt.options}
        lines = []
        for row in rows:
            code = row["option"]
            named = ": ".join(filter(None, (labels.get(code, code), row.get("words", ""))))
            count = str(counts[code]) if code in counts else "–"
            lines.append((named, self.words(HIDDEN) if code in hidden else count))
        return Table(title, (title, self.words(N_("Learners"))), tuple(lines))

    def total(self, text: str) -> str:
        """How many learners; of a few, that they are few."""
        if Decimal(text) < SMALLEST_SHOWN:
            return self.words(N_("fewer than %(least)s"), least=SMALLEST_SHOWN)
        return self.number(Decimal(text))

    def seats(self) -> Iterable[Block]:
        """The kept counts by setting, and the online seats that they come to."""
        words, kept = self.words, self.plan.kept
        if kept is None:
            if number := tell_priced_learners(self.facts, words):
                text = N_("%(number)s; no counts by setting are kept.")
                yield Paragraph(words(text, number=number), words(PRICED_LEARNERS))
            return
        yield Paragraph(self.sum_up(kept))
        yield Table(
            words(N_("Learners by setting")),
            (words(N_("Setting")), words(N_("Chance")), words(N_("Learners"))),
            tuple(
                (words(setting.label), band.words, self.count(kept.counts[setting]))
                for band, *settings in list_setting_rows()
                for setting in settings
            ),
        )
        if kept.hides:
            yield self.why_hidden()

    def why_hidden(self) -> Paragraph:
        """Why a count is not printed."""
        text = N_(
            "A count below %(least)s could tell of a person: it is hidden, together with another"
            " one, so that nobody can work it out."
        )
        return Paragraph(self.words(text, least=SMALLEST_SHOWN))

    def sum_up(self, kept: MemoSeats) -> str:
        """Learners and seats in a sentence, and what they are not."""
        words, seats = self.words, kept.seats
        number = str(seats.low)
        if seats.low != seats.high:
            number = words(N_("%(low)s to %(high)s"), low=seats.low, high=seats.high)
        text = N_("Learners: %(learners)s. Online seats: %(seats)s.")
        if kept.hides:
            text = N_("Learners: %(learners)s at most. Online seats: %(seats)s.")
        found = words(text, learners=kept.learners, seats=number)
        caution = N_("Seats bought are not credits recovered.")
        return f"{found} {words(caution)}"

    def count(self, count: int | None) -> str:
        """One kept count."""
        return self.words(HIDDEN) if count is None else str(count)

    # method

    def hints(self) -> Iterable[Block]:
        """What answers suggested for criteria, and what the chair made of it."""
        words = self.words
        shown = [
            (section, hint)
            for section in load_workbook_sections(self.facts.language)
            for hint in list_shown_hints(section, self.answers(section.code))
        ]
        rows = tuple(
            self.hint(criterion, section, hint)
            for criterion in self.facts.results.criteria
            for section, hint in shown
            if hint.criterion == criterion.code
        )
        if rows:
            header = (N_("Criterion"), N_("Hint"), N_("Because"), N_("What became of it"))
            yield Table(words(N_("Hints of the plan")), tuple(map(words, header)), rows)

    def hint(
        self, criterion: ScoredCriterion, section: WorkbookSection, hint: CriterionHint
    ) -> tuple[str, ...]:
        """A hint in words, and where the rubric is not as it was settled."""
        words = self.words
        because = self.hint_reason(section, hint)
        settled = self.plan.hints.get(HintKey(section.code, hint.criterion, hint.kind))
        became = words(N_("neither taken nor declined"))
        if settled is not None:
            text = N_("Taken: %(why)s") if settled.taken else N_("Declined: %(why)s")
            became = words(text, why=settled.reason)
            mismatch = find_hint_mismatch(
                hint.kind, taken=settled.taken, must_have=criterion.must_have
            )
            became += f" {words(mismatch.label)}" if mismatch else ""
        return criterion.title, words(hint.kind.label), because, became

    def hint_reason(self, section: WorkbookSection, hint: CriterionHint) -> str:
        """Why there is a hint, with the answer unless that could tell of a learner."""
        answers = self.answers(section.code)
        prompt = section.find_prompt(hint.conditions[0].prompt)
        answer = answers.get(prompt.code) if prompt else None
        if prompt and answer and tells_of_a_learner(section.code, prompt.code, answer):
            text = N_(
                "The answer to “%(question)s”, which could tell of a learner and is not printed."
            )
            return self.words(text, question=prompt.label)
        return write_hint_reason(hint, section, answers, self.formatter)

    # implementation and next steps

    def next_steps(self) -> Iterable[Block]:
        """Who does what by when, and how the district will know that it worked."""
        words = self.words
        measures = ("measures", "jobs", "outcomes", "teacher_goals", "incentives", "upkeep")
        yield from self.part(N_("Rollout"), self.prompts("rollout", "plan"))
        yield from self.part(N_("Policy decisions"), self.prompts("policy"))
        yield from self.part(N_("Student support"), self.prompts("support"))
        yield from self.part(N_("Technology and rooms"), self.prompts("technology"))
        rooms = chain(self.prompts("schedule"), print_venues(self.facts, words))
        yield from self.part(N_("Schedule and rooms"), rooms)
        plan = self.prompts("success", *measures, "champions", "organizations")
        yield from self.part(N_("Evaluation plan"), chain(plan, self.measures()))
        yield from self.part(N_("Review dates"), self.prompts("success", "reviews"))
        yield from self.part(N_("Action items"), print_items(self.facts, words))

    def measures(self) -> Iterable[Block]:
        """What is followed: from which baseline to which target, and the last value."""
        words = self.words
        rows = tuple(
            (
                name_measure(row.kind, row.words, words.translate),
                self.measured(row, row.baseline, row.baseline_on),
                self.measured(row, row.target, row.due_on, is_target=True),
                self.measured(row, row.last, row.last_period),
            )
            for row in self.plan.measures
        )
        if rows:
            header = (N_("Measure"), N_("Baseline"), N_("Target"), N_("Last value"))
            yield Table(words(N_("How it is going")), tuple(map(words, header)), rows)

    def measured(
        self,
        row: MemoMeasure,
        text: str,
        when: MeasuredPeriod | None,
        *,
        is_target: bool = False,
    ) -> str:
        """A number of a measure with its day; of a few learners only that they are few."""
        if not text:
            return "–"
        shown = text if is_target else hide_small_number(text, row.unit)
        told = shown or self.words(N_("fewer than %(least)s"), least=SMALLEST_SHOWN)
        if shown and row.unit is MeasureUnit.PERCENT:
            told += "\u00a0%"
        return f"{told} ({self.period(when)})" if when else told

    def period(self, period: MeasuredPeriod) -> str:
        """A school year, or a day as the memo writes it."""
        return write_measured_period(period) if period.is_year else self.day(period.on)

    # answers as blocks

    def answers(self, section: str) -> PlanAnswers:
        """The answers of a section."""
        return self.plan.answers.get(section, NO_ANSWERS)

    def prompt(self, section: str, code: str) -> Prompt:
        """A prompt in the memo's language."""
        return next(one for one in self.list_prompts(section) if one.code == code)

    def list_prompts(self, section: str) -> Sequence[Prompt]:
        """The prompts of a section in the memo's language."""
        found = find_workbook_section(section, self.facts.language)
        return found.prompts if found else ()

    def prompts(self, section: str, *codes: str) -> Iterable[Block]:
        """The answers to these prompts, in the order of the page; without any, to all."""
        answers = self.answers(section)
        for prompt in self.list_prompts(section):
            answer = answers.get(prompt.code)
            if answer and (not codes or prompt.code in codes):
                yield from self.answer(prompt, answer)

    def answer(self, prompt: Prompt, answer: PlanAnswer) -> Iterable[Block]:
        """One answer: a table, a list, or a paragraph that its question leads."""
        if is_rows(answer) and prompt.kind is not PromptKind.CHOICES:
            yield self.table(prompt, answer)
            if (cost := add_up_cost(prompt, answer)) is not None:
                yield Paragraph(self.words.money(int(cost * 100)), self.words(N_("In all:")))
            return
        text = write_as_text(prompt, answer, self.formatter)
        label = prompt.label if prompt.label.endswith("?") else f"{prompt.label}:"
        if is_rows(answer):
            yield Paragraph("", label)
            yield Bullets(tuple(text.split("\n")))
        else:
            yield Paragraph(text, label)

    def table(self, prompt: Prompt, rows: Sequence[PlanRow]) -> Table:
        """Rows, in a grid with when it is in front; without the columns that are empty."""
        columns = [one for one in prompt.columns if any(row.get(one.code) for row in rows)]
        header = [one.label for one in columns]
        lines = [[self.cell(one, row) for one in columns] for row in rows]
        if prompt.kind is PromptKind.GRID:
            header = [self.words(N_("When")), *header]
            down, across = (
                {one.code: one.label for one in part} for part in (prompt.down, prompt.across)
            )
            places = [f"{down[row['down']]}, {across[row['across']]}" for row in rows]
            lines = [[place, *line] for place, line in zip(places, lines, strict=True)]
        return Table(prompt.label, tuple(header), tuple(tuple(line) for line in lines))

    def cell(self, column: PromptColumn, row: Mapping[str, str]) -> str:
        """One text of a row."""
        return write_cell(column, row.get(column.code, ""), self.formatter) or "–"

    def day(self, value: date) -> str:
        """A day as the memo writes it."""
        return self.words.day(value)

    def number(self, value: Decimal) -> str:
        """A number without needless zeros."""
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
