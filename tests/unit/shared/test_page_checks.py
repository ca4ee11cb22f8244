"""The checks that every page of the suite goes through notice what they are there for."""

import pytest

from tests.page_checks import check_access
from tests.pages import parse

SOUND = (
    "<!DOCTYPE html><html lang='en'><head><title>Matrix – crrubric</title></head><body>"
    "<nav aria-label='Menu'><a href='#main'>Skip</a></nav>"
    "<main id='main'><h1>Matrix</h1><h2>Cells</h2>%s</main></body></html>"
)
FAULTS = {
    "a second h1": ("<h1>Again</h1>", "2 h1 instead of one"),
    "a skipped level": ("<h4>Deep</h4>", "h4 “Deep” after h2"),
    "an id twice": ("<p id='main'>x</p>", "id main twice"),
    "a field without a label": ("<input name='a'>", "input a without a label"),
    "a label for nothing": (
        "<label for='gone'>A</label>", "a label for gone, which is not there"
    ),
    "a table without a caption": (
        "<table><tbody><tr><td>1</td></tr></tbody></table>", "a table without a caption"
    ),
    "a th without scope": (
        "<table><caption>T</caption><tbody><tr><th>1</th></tr></tbody></table>",
        "a th without scope",
    ),
    "a lost description": (
        "<p aria-describedby='gone'>x</p>", "aria-describedby=gone points nowhere"
    ),
    "a lost name": ("<p aria-labelledby='gone'>x</p>", "aria-labelledby=gone points nowhere"),
    "a jump to nowhere": ("<a href='#gone'>x</a>", "a link to #gone, which is not there"),
    "a link that says nothing": ("<a href='/'></a>", "a without a name"),
    "a button that says nothing": ("<button></button>", "button without a name"),
    "a second menu of the same name": (
        "<nav aria-label='Menu'></nav>", "nav Menu: no name of its own"
    ),
    "a status in a status": (
        "<p role='status'>1 <span role='status'>2</span></p>",
        "a region that speaks inside another: 2",
    ),
    "a link without a space before it": (
        "<p><b>kept</b>: yes.<a href='/'>Change</a></p>", "the link “Change” is glued to “: yes.”"
    ),
    "a link without a space after a name": (
        "<p><bdi>Ana</bdi><a href='/'>Change</a></p>", "the link “Change” is glued to “Ana”"
    ),
    "a first vendor that nobody chose": (
        "<form method='post'><label for='v'>Vendor</label><select id='v' name='v'>"
        "<option value='1'>Acme</option><option value='2'>Brava</option></select></form>",
        "select v begins with Acme, which nobody chose",
    ),
    "a style": ("<p style='color: red'>x</p>", "style on p"),
    "a handler": ("<p onclick='x()'>x</p>", "onclick on p"),
    "a tab order": ("<p tabindex='3'>x</p>", "tabindex on p"),
    "a script": ("<script>x()</script>", "a script in the page"),
}  # fmt: skip


def test_a_sound_page_has_no_problem():
    sound = "<p role='status'>Saved</p><script type='application/json'>{}</script>"

    assert check_access(parse(200, SOUND % sound)) == []


@pytest.mark.parametrize(("html", "problem"), FAULTS.values(), ids=list(FAULTS))
def test_a_planted_fault_is_named(html: str, problem: str):
    assert problem in check_access(parse(200, SOUND % html))
