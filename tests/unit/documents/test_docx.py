"""Papers as Word documents, as a reader of the file sees them."""

import io

from docx import Document

from crrubric.domain.documents.tree import Table
from crrubric.reports.documents.docx import render_docx
from tests.unit.documents.test_pdf import TEMPLATES, write_paper

JOINER = "\u2060"  # no line ends beside it


def test_votes_in_a_narrow_cell_are_not_torn_at_their_dash():
    rows = (("Rich media", "× Not met *: 12–2", "–", "July – June"),)
    table = Table("Findings", ("Criterion", "Oak", "Elm", "Term"), rows)
    paper = write_paper(table)

    document = Document(io.BytesIO(render_docx(paper, templates=TEMPLATES)))

    cells = [cell.text for cell in document.tables[-1].rows[1].cells]
    assert cells == ["Rich media", f"× Not met *: 12{JOINER}–{JOINER}2", "–", "July – June"]
