"""What is empty in a section of the memo is told in one line at its end."""

from crrubric.domain.documents.tree import Block, Bullets, Heading, Paragraph
from crrubric.domain.memo.empty_parts import gather_empty_parts
from crrubric.domain.memo.words import NONE, ValueFormatter

WORDS = ValueFormatter(str)


def gather(*blocks: Block) -> list[Block]:
    return gather_empty_parts(blocks, WORDS)


def told(*labels: str) -> Paragraph:
    return Paragraph(f"Nothing is recorded here: {'; '.join(labels)}.")


def test_labels_without_anything_are_named_at_the_end():
    assert gather(
        Paragraph("", "Gone:"), Paragraph(NONE), Paragraph(NONE, "Term:"), Paragraph("Yes.", "Why:")
    ) == [Paragraph("Yes.", "Why:"), told("Gone", "Term")]


def test_a_list_under_its_label_stays():
    blocks = [Paragraph("", "Gone:"), Bullets(("Alder",)), Paragraph("Said.")]

    assert gather(*blocks) == blocks


def test_a_part_under_a_heading_names_what_is_empty_in_it_at_its_own_end():
    assert gather(
        Heading(2, "Alder"), Paragraph("", "Gaps:"), Paragraph(NONE), Bullets(("x",)),
        Heading(2, "Birch"), Paragraph("Fine."),
    ) == [
        Heading(2, "Alder"), Bullets(("x",)), told("Gaps"), Heading(2, "Birch"), Paragraph("Fine."),
    ]  # fmt: skip


def test_a_part_with_nothing_in_it_loses_its_heading():
    assert gather(
        Paragraph("First."), Heading(2, "Goal"), Paragraph(NONE),
        Heading(2, "Steps"), Paragraph("", "Plan:"), Paragraph(NONE),
    ) == [Paragraph("First."), told("Goal", "Steps")]  # fmt: skip


def test_a_section_with_nothing_at_all_says_so():
    assert gather(Paragraph(NONE)) == [Paragraph(NONE)]
    assert gather() == [Paragraph(NONE)]
