"""Write the locked packages of the site as CycloneDX 1.6 (JSON): a software bill of materials.

`python3 run.py sbom [FILE]`. The same locks give the same bytes: there is no time and no serial
number in it.
Licences are those that the installed packages name; of a version that is not installed here,
because it is for another Python, none is told.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PIN = re.compile(r"([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==([^ ;]+)(?: ; ([^\\]+?))? \\")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
VERSION = re.compile(r'^__version__ = "([^"]+)"', re.MULTILINE)
CLASSIFIER = "License :: "
MOST = 100  # letters of a licence that is a name, and not its whole text
Component = dict[str, Any]


def read_components(lock: Path, required: frozenset[str]) -> Iterator[Component]:
    """Each package of a lock. Args: required: those that are there without any extra."""
    component: Component = {}
    for line in lock.read_text("utf-8").splitlines():
        if pin := PIN.match(line):
            name, version, marker = pin.groups()
            component = describe_package(name, version, marker)
            component["scope"] = "required" if name in required else "optional"
            yield component
        for digest in HASH.findall(line):
            component["hashes"].append({"alg": "SHA-256", "content": digest})


def describe_package(name: str, version: str, marker: str | None) -> Component:
    """What is known of a package without its hashes. Args: marker: which machines it is for."""
    purl = f"pkg:pypi/{name}@{version}"
    found: Component = {
        "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
        "hashes": [],
    }  # fmt: skip
    if marker:
        found["properties"] = [{"name": "crrubric:for", "value": marker}]
    if licenses := find_licenses(name, version):
        found["licenses"] = licenses
    return found


def find_licenses(name: str, version: str) -> list[dict[str, Any]]:
    """What the installed package says of its licence; nothing if it is not there, or is silent."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return []
    if told["Version"] != version:
        return []
    if expression := told.get_all("License-Expression"):
        return [{"expression": expression[0]}]
    return [{"license": {"name": license}} for license in list_license_names(told)]


def list_license_names(told: PackageMetadata) -> list[str]:
    """Names of licences of a package that has no expression for them."""
    named = [one for one in told.get_all("Classifier") or () if one.startswith(CLASSIFIER)]
    if named:
        return sorted({one.rpartition(" :: ")[2] for one in named})
    text = (told.get_all("License") or [""])[0].strip()
    return [text] if text and len(text) <= MOST and "\n" not in text else []


def make_bill() -> Component:
    """The whole bill."""
    base = (HERE / "base.txt").read_text("utf-8").splitlines()
    required = frozenset(pin[1] for pin in map(PIN.match, base) if pin)
    package = (HERE.parent / "crrubric" / "__init__.py").read_text("utf-8")
    found = VERSION.search(package)
    version = found[1] if found else ""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": "crrubric", "name": "crrubric",
                "version": version, "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": list(read_components(HERE / "all.txt", required)),
    }  # fmt: skip


def main(words: list[str]) -> None:
    """Write it to the file that is named, else to stdout."""
    if len(words) > 1 or words in (["-h"], ["--help"]):
        sys.exit("python3 run.py sbom [FILE]")
    text = json.dumps(make_bill(), indent=2, ensure_ascii=False) + "\n"
    if words:
        Path(words[0]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
