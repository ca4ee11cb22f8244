"""One stylesheet and one script for a page, out of the parts in static/.

A browser asks for each file by itself, and learns what a module imports only once it has it: a
ballot could be used after some twenty answers, most of them small. What we write keeps to so little
of the language that no bundler is needed: a module imports by name, from modules beside it, and
exports what it declares, by name; tests/unit/shared/test_bundles.py holds every module to that.
"""

import re
from collections.abc import Iterable
from pathlib import Path

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function|class) (\w+))", re.MULTILINE)
MODULE_WORD = re.compile(r"^\s*(?:import|export)\b|\bimport\(|\bimport\.meta\b", re.MULTILINE)
# A module that fails takes along what imports it and nothing else, as where each comes by itself.
RUN = """const run = (module) => {
  try {
    return module();
  } catch (error) {
    setTimeout(() => { throw error; });
    return undefined;
  }
};"""
MEDIA = {"print": "print"}  # sheets that are not for the screen


def join_sheets(folder: Path, names: Iterable[str]) -> str:
    """The stylesheets one after the other. Raises: FileNotFoundError for one that is not there."""
    return "\n".join(read_style_sheet(folder, name) for name in names)


def read_style_sheet(folder: Path, name: str) -> str:
    """A stylesheet, for its medium alone if it has one."""
    text = (folder / f"{name}.css").read_text("utf-8")
    return f"@media {MEDIA[name]} {{\n{text}}}\n" if name in MEDIA else text


def join_modules(folder: Path, names: Iterable[str]) -> str:
    """The modules and all that they import as one, each once, after what it imports.

    Raises: FileNotFoundError for a module that is not there; ValueError for one that imports itself
        in a circle, or says something that can't be joined.
    """
    parts: dict[str, str] = {}
    for name in names:
        add_module(folder, name, parts, ())
    return "\n".join((RUN, *parts.values()))


def add_module(folder: Path, name: str, parts: dict[str, str], way: tuple[str, ...]) -> None:
    """Add a module behind what it imports, unless it is there. Args: way: who asked for it."""
    if name in way:
        raise ValueError(f"modules import each other in a circle: {', '.join((*way, name))}")
    if name in parts:
        return
    text = (folder / f"{name}.js").read_text("utf-8")
    for _wanted, other in IMPORT.findall(text):
        add_module(folder, other, parts, (*way, name))
    parts[name] = wrap_module(name, text)


def wrap_module(name: str, text: str) -> str:
    """A module as a function that runs at once; what it exports is kept under its name."""
    exports = EXPORT.findall(text)
    body = EXPORT.sub("", IMPORT.sub(write_import, text))
    if MODULE_WORD.search(body):
        raise ValueError(f"{name}.js imports or exports otherwise than by name")
    given = ", ".join(exports)
    return f"const {name_module(name)} = run(() => {{\n{body}\nreturn {{ {given} }};\n}});"


def write_import(found: re.Match[str]) -> str:
    """What stands in the place of an import."""
    wanted = re.sub(r"\s+as\s+", ": ", found[1].strip())
    return f"const {{ {wanted} }} = {name_module(found[2])};"


def name_module(name: str) -> str:
    """What a module is called among the others."""
    return f"module_{name.replace('-', '_')}"
