"""Parts of a section in which there is nothing: told in one line, instead of one each."""

from collections.abc import Iterable, Sequence

from crrubric.domain.documents.tree import Block, Heading, Paragraph
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.translation import N_


def gather_empty_parts(blocks: Iterable[Block], words: ValueFormatter) -> list[Block]:
    """The blocks of a section; what is empty in it is named in a line at its end.

    A part under a heading of its own names what is empty in it at the part's end. A section that
    is empty as a whole says so, as it did.
    """
    parts = _split_into_parts(blocks)
    kept: list[Block] = []
    empty: list[str] = []
    for part in parts:
        body, missing = _take_out_empty(part, words(NONE))
        if not isinstance(part[0], Heading):
            kept += body
            empty += missing
        elif len(body) == 1:  # the heading alone
            empty.append(part[0].text)
        else:
            kept += [*body, *_tell_missing(missing, words)]
    return [*kept, *_tell_missing(empty, words)] or [Paragraph(words(NONE))]


def _split_into_parts(blocks: Iterable[Block]) -> list[list[Block]]:
    """What stands before the first heading, then each heading with what is under it."""
    parts: list[list[Block]] = []
    for block in blocks:
        if isinstance(block, Heading) or not parts:
            parts.append([])
        parts[-1].append(block)
    return parts


def _take_out_empty(part: Sequence[Block], none: str) -> tuple[list[Block], list[str]]:
    """The blocks with something in them, and the labels of those without."""
    body: list[Block] = []
    missing: list[str] = []
    for block in part:
        if not isinstance(block, Paragraph) or block.text != none:
            body.append(block)
        elif block.lead:
            missing.append(block.lead)
        elif body and isinstance(body[-1], Paragraph) and not body[-1].text:
            missing.append(body.pop().lead)  # type: ignore[union-attr]  # it is a paragraph
        elif not (body and isinstance(body[0], Heading) and len(body) == 1):
            body.append(block)
    return body, missing


def _tell_missing(labels: Sequence[str], words: ValueFormatter) -> list[Block]:
    """The line that names what is empty, if anything is."""
    if not labels:
        return []
    named = "; ".join(label.rstrip(":") for label in labels)
    return [Paragraph(words(N_("Nothing is recorded here: %(what)s."), what=named))]
