"""Where the time of a step goes: what runs is looked at after each millisecond of the processor."""

import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

ENOUGH = 500  # looks at a step, so that a share is right to a few hundredths
AT_MOST = 40  # turns of a step that takes next to nothing
MILLISECOND = 0.001
OTHER = "Python’s own library, other"
# By what the path of the innermost function holds: the first that fits. Functions in C have no
# path; they count for whoever called them.
KINDS: dict[str, tuple[str, ...]] = {
    "database driver": (
        "sqlalchemy/engine/default.py do_execute",
        "sqlalchemy/engine/default.py do_executemany",
        "sqlalchemy/engine/default.py do_commit",
        "sqlalchemy/engine/cursor.py fetch",
        "sqlalchemy/engine/result.py _allrows",
        "crrubric/extensions.py",
    ),
    "SQLAlchemy": ("sqlalchemy/",),
    "writing HTML": (".html ", "jinja2/", "markupsafe/", "crrubric/web/shared/templates.py"),
    "Flask and its extensions": ("flask", "werkzeug/", "wtforms/", "babel/", "itsdangerous/"),
    "numbers in arrays": ("numpy/", "pandas/"),
    "rules and results": ("crrubric/domain/",),
    "reading": ("crrubric/queries/", "crrubric/models/"),
    "services": ("crrubric/services/",),
    "web, files, reports": ("crrubric/",),
}


def name_kind(path: str, function: str) -> str:
    """What kind of work a function does. Args: path: of its file, however it is written."""
    place = f"{path.replace(chr(92), '/')} {function}"
    return next(
        (kind for kind, parts in KINDS.items() if any(part in place for part in parts)), OTHER
    )


@contextmanager
def looking() -> Iterator[Counter[str]]:
    """Count how often each kind of work was under way meanwhile, on this thread."""
    found: Counter[str] = Counter()

    def look(_number: int, frame: FrameType | None) -> None:
        if frame:
            found[name_kind(frame.f_code.co_filename, frame.f_code.co_name)] += 1

    former = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, MILLISECOND, MILLISECOND)
    try:
        yield found
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


def find_shares(
    call: Callable[[], object], before: Callable[[], object] | None = None
) -> dict[str, float]:
    """Of each kind of work its share in a step, the largest first; together they are 1."""
    found: Counter[str] = Counter()
    for _turn in range(AT_MOST):
        if before:
            before()
        with looking() as seen:
            call()
        found.update(seen)
        if found.total() >= ENOUGH:
            break
    return {kind: count / found.total() for kind, count in found.most_common()}


def draw_shares(rows: Iterable[tuple[str, Mapping[str, float]]]) -> str:
    """The table in Markdown: a line a step, a column a kind, hundredths."""
    kinds = [*KINDS, OTHER]
    lines = ["| step | " + " | ".join(kinds) + " |", "|---|" + "---:|" * len(kinds)]
    for step, shares in rows:
        cells = " | ".join(f"{shares.get(kind, 0):.0%}" for kind in kinds)
        lines.append(f"| {step} | {cells} |")
    return "\n".join(lines) + "\n"
