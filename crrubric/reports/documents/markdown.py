"""The paper as Markdown: CommonMark with the tables of GitHub.

What anybody typed is escaped sign by sign, so that none of it becomes a heading, a link, HTML or a
cell of its own. The only HTML is the <br> of a line break inside a table, which has no other.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from crrubric.domain.documents.tree import (
    BarChart,
    Block,
    Bullets,
    Choices,
    Contents,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
    WritingLines,
)
from crrubric.domain.text import replace_control_characters

# what means something wherever it stands; the rest only where a line begins
_SIGNS = re.compile(r"[\\`*_\[\]<>|~&#@$]")
_ADDRESS = re.compile(r":(?=//)|(?<=\bwww)\.", re.IGNORECASE)  # GitHub makes a link of it
_BEGIN = re.compile(r"[-+=:]|(?<=\d)[.)](?=\s|\Z)")
_NUMBER = re.compile(r"\d{1,9}(?=[.)](?:\s|\Z))")
LINE = "____________________"


def render_markdown(paper: Document) -> str:
    """The paper as a text that ends with a line break."""
    title = f"# {escape_line(join_lines(paper.title))}"
    begin = (title, write_bold(paper.stamp), write_bold(paper.subtitle))
    writer = BlockWriter(paper)
    parts = (part for block in paper.blocks for part in WRITERS[type(block)](writer, block))
    return "\n\n".join(filter(None, [*begin, *parts])) + "\n"


class BlockWriter:
    """Writes blocks of a paper as parts between which stands an empty line."""

    def __init__(self, paper: Document) -> None:
        self.paper = paper
        self.bullets = cycle("-*")  # two lists that follow each other are two

    def write_heading(self, block: Heading) -> Iterator[str]:
        """A heading below the title."""
        yield f"{'#' * (block.level + 1)} {escape_line(join_lines(block.text))}"

    def write_paragraph(self, block: Paragraph) -> Iterator[str]:
        """A paragraph with the label that it begins with."""
        lead = f"{write_bold(block.lead)} " if block.lead else ""
        yield lead + escape_lines(block.text, begun=bool(lead))

    def write_list(self, block: Bullets) -> Iterator[str]:
        """A list."""
        yield write_bullets(block.items, next(self.bullets))

    def write_table(self, block: Table) -> Iterator[str]:
        """A table below its caption."""
        yield write_bold(block.caption)
        yield write_table_lines(block)

    def write_chart(self, block: BarChart) -> Iterator[str]:
        """What a chart tells: its description has all of it."""
        yield write_bold(block.caption)
        yield escape_lines(block.description)

    def write_contents(self, block: Contents) -> Iterator[str]:
        """The sections that follow; their numbers are in their headings."""
        yield write_bold(block.title)
        yield write_bullets(self.paper.list_sections(), next(self.bullets))

    def write_signatures(self, block: Signatures) -> Iterator[str]:
        """A line to sign for each."""
        line, bullet = escape_line(LINE), next(self.bullets)
        yield "\n".join(
            f"{bullet} {write_bold(name)}: {escape_line(block.sign)} {line}"
            f" {escape_line(block.dated)} {line}"
            for name in block.names
        )

    def write_choices(self, block: Choices) -> Iterator[str]:
        """Boxes to tick by hand."""
        yield write_bullets([f"☐ {option}" for option in block.options], next(self.bullets))

    def write_room(self, block: WritingLines) -> Iterator[str]:
        """Room to write by hand."""
        yield write_one_line(block.label)
        yield "\\\n".join([escape_line(LINE * 3)] * block.count)

    def write_nothing(self, _block: PageBreak) -> Iterator[str]:
        """A text has no pages."""
        yield ""


WRITERS: Mapping[type[Block], Callable[[BlockWriter, Any], Iterator[str]]] = {
    Heading: BlockWriter.write_heading,
    Paragraph: BlockWriter.write_paragraph,
    Bullets: BlockWriter.write_list,
    Table: BlockWriter.write_table,
    BarChart: BlockWriter.write_chart,
    Contents: BlockWriter.write_contents,
    Signatures: BlockWriter.write_signatures,
    Choices: BlockWriter.write_choices,
    WritingLines: BlockWriter.write_room,
    PageBreak: BlockWriter.write_nothing,
}


def write_bold(text: str) -> str:
    """A line in bold letters; nothing for an empty text."""
    return f"**{line}**" if (line := escape_line(join_lines(text))) else ""


def write_one_line(text: str) -> str:
    """A text on one line, at the start of which nothing means anything."""
    return escape_start(escape_line(join_lines(text)))


def join_lines(text: str) -> str:
    """A text on one line."""
    lines = (line.strip(" \t") for line in prepare_text(text).split("\n"))
    return " ".join(filter(None, lines)).strip()


def prepare_text(text: str) -> str:
    """A text without control characters, whose line breaks are all of one kind."""
    return replace_control_characters(text).replace("\r\n", "\n").replace("\r", "\n")


def write_bullets(items: Sequence[str], bullet: str) -> str:
    """A list; further lines of an item stand below its first."""
    return "\n".join(f"{bullet} {escape_lines(item)}".replace("\n", "\n  ") for item in items)


def write_table_lines(table: Table) -> str:
    """A table; a cell is one line."""
    rows = [table.header, *table.rows]
    lines = [" | ".join(map(escape_cell, row)) for row in rows]
    lines.insert(1, " | ".join("---" for _name in table.header))
    return "\n".join(f"| {line} |" for line in lines)


def escape_cell(text: str) -> str:
    """A text as a cell."""
    return "<br>".join(escape_line(part.strip()) for part in prepare_text(text).split("\n"))


def escape_lines(text: str, *, begun: bool = False) -> str:
    """A text with its line breaks. Args: begun: something stands before it on its first line."""
    first, *rest = prepare_text(text).split("\n")
    begin: Callable[[str], str] = str if begun else escape_start
    lines = [begin(escape_line(first.strip())), *(escape_start(escape_line(x)) for x in rest)]
    return "\\\n".join(line.rstrip() for line in lines)


def escape_start(line: str) -> str:
    """A line that is escaped already, at the start of which nothing means anything."""
    tidy = line.lstrip(" \t")
    blanks = "".join("&#9;" if blank == "\t" else "&#32;" for blank in line[: -len(tidy) or None])
    if not tidy:
        return ""
    if found := _NUMBER.match(tidy):
        tidy = f"{found[0]}\\{tidy[found.end() :]}"
    elif _BEGIN.match(tidy):
        tidy = f"\\{tidy}"
    return blanks + tidy


def escape_line(text: str) -> str:
    """A text inside a line, in which nothing means anything."""
    return _ADDRESS.sub(r"\\\g<0>", _SIGNS.sub(r"\\\g<0>", text))
