"""The parts of a page's style and script are joined so that they do what they do alone."""

from pathlib import Path

import pytest

from crrubric.web.shared.delivery.bundles import RUN, join_modules, join_sheets, wrap_module

STATIC = Path(__file__).parents[3] / "static"
MODULES = sorted(file.stem for file in (STATIC / "js").glob("*.js"))
LEAF = """export const PAUSE = 1;
export function wait() {}
export async function ask() {}
export class Line {}
const own = 2;
"""
BRANCH = """import { PAUSE, wait as rest } from "./leaf-one.js";
import {
  Line,
} from "./leaf-one.js";

rest(PAUSE, Line);
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two modules, of which one imports the other, and two sheets."""
    (tmp_path / "leaf-one.js").write_text(LEAF, encoding="utf-8")
    (tmp_path / "branch.js").write_text(BRANCH, encoding="utf-8")
    (tmp_path / "base.css").write_text("a { color: red; }\n", encoding="utf-8")
    (tmp_path / "print.css").write_text("a { color: black; }\n", encoding="utf-8")
    return tmp_path


def test_a_module_stands_once_behind_what_it_imports(folder: Path):
    joined = join_modules(folder, ["branch", "leaf-one", "branch"])

    assert joined == (
        f"{RUN}\n"
        "const module_leaf_one = run(() => {\n"
        + LEAF.replace("export ", "")
        + "\nreturn { PAUSE, wait, ask, Line };\n});\n"
        "const module_branch = run(() => {\n"
        "const { PAUSE, wait: rest } = module_leaf_one;\n"
        "const { Line, } = module_leaf_one;\n\nrest(PAUSE, Line);\n"
        "\nreturn {  };\n});"
    )


def test_modules_that_import_each_other_are_refused(folder: Path):
    (folder / "leaf-one.js").write_text('import { x } from "./branch.js";\n', encoding="utf-8")

    with pytest.raises(ValueError, match="branch, leaf-one, branch"):
        join_modules(folder, ["branch"])


@pytest.mark.parametrize(
    "text",
    [
        'import all from "./line.js";',
        'import * as all from "./line.js";',
        'import "./line.js";',
        'const late = await import("./line.js");',
        "export default class {}",
        "export { one };",
        "export let one = 1;",
        "  export const one = 1;",
        "const here = import.meta.url;",
    ],
)
def test_what_can_not_be_joined_is_refused(text: str):
    with pytest.raises(ValueError, match=r"part\.js imports or exports otherwise than by name"):
        wrap_module("part", text)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_of_ours_can_be_joined(name: str):
    assert f"const module_{name.replace('-', '_')} = " in join_modules(STATIC / "js", [name])


def test_sheets_stand_one_after_the_other_for_their_medium(folder: Path):
    assert join_sheets(folder, ["base", "print"]) == (
        "a { color: red; }\n\n@media print {\na { color: black; }\n}\n"
    )


@pytest.mark.parametrize("kind", ["css", "js"])
def test_a_folder_of_parts_holds_nothing_else(kind: str):
    assert {file.suffix for file in (STATIC / kind).iterdir()} == {f".{kind}"}
