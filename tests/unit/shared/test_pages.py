"""Pages are read strictly, and as a browser without scripts would."""

import re

import pytest
from html5lib.html5parser import ParseError

from tests.pages import parse, parse_slowly, words

SOUND = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Matrix</title></head>
<body><header><a href="#main">Skip</a><svg viewBox="0 0 1 1"><path d="M0 0"/><title>Up</title></svg>
</header><main id="main"><h1>Matrix</h1><noscript><p>No <b>scripts</b></p></noscript>
<form method="post"><label for="a">A</label><input id="a" name="a" value="1 &amp; 2">
<select name="b"><option value="1" selected>One</option><option>Two</option></select>
<textarea name="c">
A note&nbsp;here</textarea><button>Save</button></form>
<table><thead><tr><th scope="col">T</th></tr></thead>
<tbody><tr><td>1 &lt; 2</td></tr></tbody></table>
<dl><dt>Who</dt><dd>Ana</dd></dl><ul><li><em>One</em></li></ul>
<details><summary>S</summary><div>D</div></details>
<script type="application/json">{"a": "<b>"}</script></main></body></html>"""
TAGS = [match.span() for match in re.finditer(r"</?[a-z][^>]*>", SOUND)]


def is_refused_slowly(html: str) -> bool:
    """Whether the parser that is written in Python finds a fault."""
    try:
        parse_slowly(html)
    except ParseError:
        return True
    return False


def is_refused(html: str) -> bool:
    """Whether the parser of the tests finds a fault."""
    try:
        parse(200, html)
    except ValueError:
        return True
    return False


def test_a_page_reads_the_same_with_either_parser():
    read, slowly = parse(200, SOUND).root, parse_slowly(SOUND)

    assert [(node.tag, node.attrib, node.text or "", node.tail or "") for node in read.iter()] == [
        (node.tag, node.attrib, node.text or "", node.tail or "") for node in slowly.iter()
    ]


@pytest.mark.parametrize(("begin", "end"), TAGS, ids=[SOUND[a:b] for a, b in TAGS])
def test_a_page_that_lacks_a_tag_is_refused_by_both_parsers_or_by_none(begin: int, end: int):
    torn = SOUND[:begin] + SOUND[end:]

    assert is_refused(torn) is is_refused_slowly(torn)


@pytest.mark.parametrize("tag", ["</b>", "</p>", "</a>", "</form>", "</main>", '<main id="main">'])
def test_a_page_with_an_unclosed_or_a_misnested_tag_is_refused(tag: str):
    assert is_refused(SOUND.replace(tag, "", 1))


def test_what_xml_can_not_hold_is_read():
    page = parse(200, SOUND.replace('value="1 &amp; 2"', 'value="1 &lt; 2"'))

    assert page.with_id("a").get("value") == "1 < 2"
    assert words(page.all("noscript")[0]) == "No scripts"
