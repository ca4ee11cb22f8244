"""Use cases and steps are told apart, and views run no SQL of their own.

A use case opens the unit of work; a step is handed its session. Inside a unit nothing may open
another one: both would share one database session, and the inner one would roll back what the
outer one had written.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from crrubric.services.shared.unit import unit_of_work

PACKAGE = Path(__file__).parents[2] / "crrubric"
OPENER = "unit_of_work"
ALLOWED_OF_DB = {"session", "rollback"}  # `db.session()` to hand on, `db.session.rollback()`
RUNS_SQL = {"get", "get_one", "scalar", "scalars", "execute", "query", "add", "delete", "flush"}


@dataclass(frozen=True)
class Function:
    """A function of a module: what it calls, what it calls inside a unit, whether it is handed
    a session. Names are `module:function` where the module is one of those that are read."""

    opens: bool
    is_step: bool
    calls: frozenset[str]
    calls_in_unit: frozenset[str]


OF_ARCHIVES = PACKAGE / "data" / "archive"  # lies in archives, and was written apart from us


def read_modules(folder: Path) -> dict[str, str]:
    """Module name -> its text."""
    return {
        ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts): file.read_text("utf-8")
        for file in folder.rglob("*.py")
        if file.parent != OF_ARCHIVES
    }


def imported_names(tree: ast.Module) -> dict[str, str]:
    """Local name -> dotted name of what was imported under it."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def called_names(node: ast.AST, module: str, imported: Mapping[str, str]) -> Iterator[str]:
    """`module:function` of whatever is called below a node, as far as names tell."""
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Name):
            dotted = imported.get(call.func.id, f"{module}.{call.func.id}")
            yield ":".join(dotted.rsplit(".", 1))
        elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            yield f"{imported.get(call.func.value.id, '')}:{call.func.attr}"


def is_unit(node: ast.AST) -> bool:
    """Whether this is `with unit_of_work() as session:`."""
    return isinstance(node, ast.With) and any(
        isinstance(item.context_expr, ast.Call)
        and isinstance(item.context_expr.func, ast.Name)
        and item.context_expr.func.id == OPENER
        for item in node.items
    )


def read_functions(modules: Mapping[str, str]) -> dict[str, Function]:
    """Every module-level function and method of these modules."""
    found = {}
    for module, text in modules.items():
        tree = ast.parse(text)
        imported = imported_names(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            units = [inner for inner in ast.walk(node) if is_unit(inner)]
            parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            found[f"{module}:{node.name}"] = Function(
                opens=bool(units),
                is_step=any(parameter.arg == "session" for parameter in parameters),
                calls=frozenset(called_names(node, module, imported)),
                calls_in_unit=frozenset(
                    name
                    for unit in units
                    for statement in unit.body
                    for name in called_names(statement, module, imported)
                ),
            )
    return found


def find_openers(functions: Mapping[str, Function]) -> set[str]:
    """The functions that open a unit of work, themselves or through what they call."""
    openers = {name for name, function in functions.items() if function.opens}
    while True:
        more = {n for n, f in functions.items() if f.calls & openers} - openers
        if not more:
            return openers
        openers |= more


def find_faults(modules: Mapping[str, str]) -> list[str]:
    """What stands against the rule, as sentences."""
    functions = read_functions(modules)
    openers = find_openers(functions)
    faults = []
    for name, function in functions.items():
        module = name.split(":")[0]
        if function.is_step and name in openers:
            faults.append(f"{name} is handed a session and opens a unit of work")
        for called in sorted(function.calls_in_unit & openers):
            faults.append(f"{name} calls {called} inside its own unit of work")
        for called in sorted(function.calls & openers):
            if called.split(":")[0] != module:
                faults.append(f"{name} calls the use case {called} of another module")
    return sorted(faults)


def test_no_use_case_calls_another_and_no_step_opens_a_unit_of_work():
    modules = read_modules(PACKAGE / "services")

    assert sum(function.opens for function in read_functions(modules).values()) > 70
    assert find_faults(modules) == []


def test_only_services_open_a_unit_of_work():
    others = {
        name: text
        for name, text in read_modules(PACKAGE).items()
        if not name.startswith("crrubric.services")
    }

    assert [n for n, f in read_functions(others).items() if f.opens] == []


HEAD = "from crrubric.services.shared.unit import unit_of_work\n"
STEP = "def keep(session):\n    session.add(1)\n"
USE = "def save():\n    with unit_of_work() as session:\n        keep(session)\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEAD + STEP + USE, None),
        (
            HEAD
            + STEP
            + USE
            + "def twice():\n    with unit_of_work() as session:\n        save()\n",
            "a:twice calls a:save inside its own unit of work",
        ),
        (
            HEAD + STEP + USE + "def inner(session):\n    return save()\n",
            "a:inner is handed a session and opens a unit of work",
        ),
        (
            HEAD + STEP + USE + "def by_way_of():\n    save()\n"
            "def far():\n    with unit_of_work() as session:\n        if session:\n"
            "            by_way_of()\n",
            "a:far calls a:by_way_of inside its own unit of work",
        ),
    ],
)
def test_a_planted_fault_is_found(text: str, fault: str | None):
    assert find_faults({"a": text}) == ([fault] if fault else [])


def test_a_use_case_of_another_module_is_not_called():
    modules = {"a": HEAD + STEP + USE, "b": "from a import save\ndef go():\n    save()\n"}

    assert find_faults(modules) == ["b:go calls the use case a:save of another module"]


def test_a_unit_of_work_inside_another_is_refused(app: Flask):
    """What names can't tell: a unit opened by a callback, or by a test."""
    with pytest.raises(RuntimeError, match="inside another"), unit_of_work(), unit_of_work():
        pass
    with unit_of_work():  # the refusal left nothing behind
        pass


def session_names(tree: ast.Module) -> Iterator[str]:
    """The local names that `db.session()` was given, alone or in a tuple."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign):
            continue
        target, value = node.targets[0], node.value
        pairs = (
            zip(target.elts, value.elts, strict=True)
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            else [(target, value)]
        )
        for name, given in pairs:
            if isinstance(name, ast.Name) and ast.unparse(given) == "db.session()":
                yield name.id


def find_sql(text: str) -> list[str]:
    """Where a view asks the database itself: `db.` anything but a session to hand on."""
    tree = ast.parse(text)
    own = set(session_names(tree))
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        words = ast.unparse(node).replace("()", "")
        if words.startswith("db.") and not set(words.split(".")[1:]) <= ALLOWED_OF_DB:
            found.append(words)
        if isinstance(node.value, ast.Name) and node.value.id in own and node.attr in RUNS_SQL:
            found.append(words)
    return found


def test_views_ask_queries_and_not_the_database():
    modules = read_modules(PACKAGE / "web")

    assert {name: sql for name, text in modules.items() if (sql := find_sql(text))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "db.session.get(Mark, 1)",
        "db.session.scalar(rows)",
        "db.session().execute(rows)",
        "db.engine.connect()",
        "session = db.session(); session.get(Mark, 1)",
        "session, seat = db.session(), 1; session.scalars(rows)",
    ],
)
def test_a_view_that_asks_the_database_is_found(line: str):
    assert find_sql(line) != []


def test_a_view_may_pass_the_session_to_a_query():
    assert find_sql("rows = list_vendors(db.session(), 1); db.session.rollback()") == []


def find_catchers(text: str) -> list[str]:
    """Where a refusal of the database is caught."""
    return [
        ast.unparse(node.type)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler)
        and node.type is not None
        and "IntegrityError" in ast.unparse(node.type)
    ]


def test_one_module_alone_judges_what_the_database_refused():
    """It asks for the constraint's name; whoever catches by the type alone explains mistakes of
    ours as mistakes of the person."""
    modules = read_modules(PACKAGE)

    assert [name for name, text in modules.items() if find_catchers(text)] == [
        "crrubric.services.shared.constraints"
    ]


def test_a_caught_refusal_is_found():
    text = "try:\n    go()\nexcept (ValueError, exc.IntegrityError):\n    pass\n"

    assert find_catchers(text) == ["(ValueError, exc.IntegrityError)"]
