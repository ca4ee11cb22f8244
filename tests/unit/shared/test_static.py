"""The sheets keep their promises: contrast in both schemes, nothing foreign, nothing inline."""

import gzip
import json
import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path

import pytest

from crrubric.web.shared.delivery.bundles import join_modules, join_sheets

ROOT = Path(__file__).parents[3]
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
TEMPLATES = sorted(
    file
    for file in (ROOT / "templates").rglob("*.html")
    if file.name != "standalone.html"  # a file for download that carries its own sheet
)
COLOUR = re.compile(r"(--[\w-]+):\s*(#[0-9a-f]{6})\b")

TEXT_ON = {  # token of a text: tokens of what it stands on
    "--ink": ("--paper", "--card", "--wash", "--yes-wash", "--no-wash", "--ask-wash", "--na-wash"),
    "--soft": ("--paper", "--card", "--wash", "--yes-wash"),
    "--accent": ("--paper", "--card", "--wash", "--yes-wash", "--no-wash", "--ask-wash"),
    "--accent-ink": ("--accent", "--no"),
    "--yes": ("--paper", "--card", "--wash", "--yes-wash"),
    "--no": ("--paper", "--card", "--wash", "--no-wash"),
    "--ask": ("--paper", "--card", "--wash", "--ask-wash"),
    "--na": ("--paper", "--card", "--wash", "--na-wash"),
}
EDGE_ON = {  # token of a control's border or of a mark that carries meaning
    "--edge": ("--paper", "--card", "--wash"),
    "--focus": ("--paper", "--card", "--wash", "--yes-wash", "--no-wash", "--ask-wash"),
    "--accent": ("--paper", "--card"),
    "--yes": ("--paper", "--card", "--yes-wash", "--no-wash", "--ask-wash"),
    "--no": ("--paper", "--card", "--no-wash", "--ask-wash"),
    "--ask": ("--paper", "--card", "--no-wash", "--ask-wash"),
    "--na": ("--paper", "--card", "--na-wash"),
}
PAIRS = [(4.5, text, ground) for text, grounds in TEXT_ON.items() for ground in grounds] + [
    (3.0, edge, ground) for edge, grounds in EDGE_ON.items() for ground in grounds
]


def schemes() -> dict[str, dict[str, str]]:
    """The colour tokens of the light and of the dark scheme."""
    sheet = (ROOT / "static" / "css" / "base.css").read_text("utf-8")
    light, dark = sheet.split("prefers-color-scheme: dark", 1)
    dark = dark.split("/* The page */", 1)[0]
    return {"light": dict(COLOUR.findall(light)), "dark": dict(COLOUR.findall(dark))}


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1. Source: WCAG 2.2, definition of relative luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21. Source: WCAG 2.2, definition of contrast ratio."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def names(files: list[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


def test_contrast_is_computed_as_the_guideline_defines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_and_control_has_enough_contrast(scheme):
    colours = schemes()[scheme]

    weak = [
        (front, ground, round(contrast(colours[front], colours[ground]), 2))
        for least, front, ground in PAIRS
        if contrast(colours[front], colours[ground]) < least
    ]

    assert weak == []


def test_the_dark_scheme_redefines_every_color():
    assert schemes()["dark"].keys() == schemes()["light"].keys()


def test_every_token_that_a_sheet_or_a_script_uses_is_defined():
    sheets = "".join(sheet.read_text("utf-8") for sheet in SHEETS)
    used = set(re.findall(r"var\((--[\w-]+)\)", sheets))
    used |= set(re.findall(r'"(--[\w-]+)"', "".join(s.read_text("utf-8") for s in SCRIPTS)))

    assert used - set(re.findall(r"(--[\w-]+):", sheets)) == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=names(SHEETS))
def test_a_style_sheet_loads_nothing_and_uses_logical_directions(sheet):
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)

    assert re.findall(r"@import|url\(", rules) == []
    assert (
        re.findall(r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)", rules)
        == []
    )
    assert rules.count("{") == rules.count("}")


@pytest.mark.parametrize("template", TEMPLATES, ids=names(TEMPLATES))
def test_a_template_holds_nothing_that_the_policy_forbids(template):
    source = template.read_text("utf-8")

    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|src=.(?:https?:)?//", source) == []
    inline = [tag for tag in re.findall(r"<script\b[^>]*>", source) if "src=" not in tag]
    assert [tag for tag in inline if 'type="application/json"' not in tag] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=names(TEMPLATES))
def test_the_style_sheets_and_modules_of_a_page_exist(template):
    source = template.read_text("utf-8")
    asked = [
        (ending, name)
        for variable, ending in (("sheets", "css"), ("modules", "js"))
        for names_set in re.findall(rf"set {variable} = (\[[^\]]*\])", source)
        for name in json.loads(names_set)
    ]

    missing = [f"{n}.{e}" for e, n in asked if not (ROOT / "static" / e / f"{n}.{e}").is_file()]

    assert missing == []


LAYOUT = (ROOT / "templates" / "shared" / "layout.html").read_text("utf-8")


def asked_for(variable: str, source: str, always: str) -> list[str]:
    """The sheets or modules that every page has, and those that a template names."""
    lists = [always, *re.findall(rf"set {variable} = (\[[^\]]*\])", source)]
    return [name for names_set in lists for name in json.loads(names_set)]


@cache
def measure_transfer(sheets: tuple[str, ...], modules: tuple[str, ...]) -> int:
    """How many bytes a browser loads of these parts, joined and compressed."""
    joined = (
        join_sheets(ROOT / "static" / "css", sheets),
        join_modules(ROOT / "static" / "js", modules),
    )
    return sum(len(gzip.compress(text.encode())) for text in joined)


@pytest.mark.parametrize("template", TEMPLATES, ids=names(TEMPLATES))
def test_a_page_loads_less_than_30_kilobytes_of_ours(template):
    source = template.read_text("utf-8")
    sheets, modules = re.findall(r"set all_\w+ = \(?(\[[^\]]*\])", LAYOUT)
    parts = (
        (*asked_for("sheets", source, sheets), "print"),
        tuple(asked_for("modules", source, modules)),
    )

    assert 10_000 < measure_transfer(*parts) < 30_000


def test_the_icon_is_a_drawing_without_style_or_script():
    icon = ElementTree.parse(ROOT / "static" / "icon.svg")  # our own file

    assert {element.tag.split("}")[1] for element in icon.iter()} == {"svg", "rect"}
    assert [element for element in icon.iter() if "style" in element.attrib] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=names(TEMPLATES))
def test_no_control_cuts_what_is_pasted(template):
    assert "maxlength" not in template.read_text("utf-8")


# `thing[name] = …`, where a name “__proto__” would change every object; Map and Set do not.
NAMED_BY_DATA = re.compile(
    r"(?<=[\w)\]])\[(?!\s*[\"'`\d])[^\[\]=]+\]\s*(?:\?\?|\|\||&&|[-+*/])?=(?![=>])"
)
DEEP_COPIES = re.compile(r"__proto__|Object\.setPrototypeOf|Object\.assign\(\s*(?!document\.)")


def list_named_by_data(source: str) -> list[str]:
    code = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", source, flags=re.DOTALL)
    return [found.group() for rule in (NAMED_BY_DATA, DEEP_COPIES) for found in rule.finditer(code)]


@pytest.mark.parametrize("script", SCRIPTS, ids=names(SCRIPTS))
def test_no_script_names_a_property_by_what_others_typed(script: Path):
    assert list_named_by_data(script.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    ["kept[name] = value;", "all[key] ??= [];", "Object.assign(words, JSON.parse(text));"],
)
def test_a_property_that_is_named_by_data_is_found(line: str):
    assert list_named_by_data(f"const [first] = rows;\n{line}\nif (list[0] === name) go();")
