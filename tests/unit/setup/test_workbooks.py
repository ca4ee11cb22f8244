"""The first sheet of a workbook is read as if its cells had been copied."""

import pytest

from crrubric.domain.errors import Invalid
from crrubric.domain.limits import SHEET_BYTES
from crrubric.domain.setup.pasted import decode_table
from crrubric.domain.setup.workbooks import read_workbook
from tests.uploads import EXCEL, WORD, archive

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# the first sheet by name is the second by file
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="A" r:id="rId2"/>'
    '<sheet name="B" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Target="{target}"/></Relationships>'
)
STRINGS = (
    f'<sst xmlns="{MAIN}"><si><t>Company</t></si><si><r><t>Peña </t></r><r><t>&amp; Co</t></r>'
    "<rPh><t>not this</t></rPh></si></sst>"
)
ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Price</t></is></c></row>'
    "<row/>"
    '<row><c r="A3" t="s"><v>1</v></c><c r="B3"/><c r="C3"><v>38.499999999999996</v></c></row>'
    '<row><c t="str"><v>=B</v></c><c t="str"><v>two\nlines</v></c><c><v>1250</v></c></row>'
)


def workbook(rows: str = ROWS, target: str = "worksheets/sheet2.xml", **parts: str) -> bytes:
    whole = {
        **EXCEL,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS.format(target=target),
        "xl/sharedStrings.xml": STRINGS,
        "xl/worksheets/sheet2.xml": f'<sheet xmlns="{MAIN}"><rows>{rows}</rows></sheet>',
        **parts,
    }
    return archive({name: text for name, text in whole.items() if text})


@pytest.mark.parametrize("target", ["worksheets/sheet2.xml", "/xl/worksheets/sheet2.xml"])
def test_cells_of_the_first_sheet_are_read(target: str):
    text = read_workbook(workbook(target=target))

    assert text.splitlines()[:2] == ["Company\t\tPrice", ""]
    assert text.endswith('Peña & Co\t\t38.5\n=B\t"two\nlines"\t1250\n')
    assert decode_table(workbook(target=target)) == text


@pytest.mark.parametrize(
    "data",
    [
        archive(WORD),
        workbook(target="worksheets/sheet9.xml"),
        workbook('<row><c t="s"><v>9</v></c></row>'),
        workbook('<row><c r="ZZ1"><v>1</v></c></row>'),
        workbook('<row><c r="??"><v>1</v></c></row>'),
        workbook("<row>"),
        workbook(" " * SHEET_BYTES),
        b"PK\x03\x04rest",
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes):
    with pytest.raises(Invalid, match="first sheet of this workbook") as refused:
        read_workbook(data)

    assert refused.value.field == "file"


def test_an_empty_sheet_is_no_table():
    with pytest.raises(Invalid, match="can’t be read as a table"):
        decode_table(workbook("<row/>"))
