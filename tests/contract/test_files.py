"""docs/files.md says what every column of every file means."""

import re
from pathlib import Path

import pytest

from crrubric.domain.exchange.files import FILES, DataFile

PAGE = (Path(__file__).parents[2] / "docs" / "files.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_column_of_a_file_is_explained_in_its_order(file: DataFile):
    told = re.findall(r"^\| (`.*?) \|", SECTIONS[file.name], re.M)

    assert re.findall(r"`(\w+)`", " ".join(told)) == list(file.columns)


def test_no_file_is_explained_that_is_none():
    assert {name for name in SECTIONS if "." in name} == {file.name for file in FILES}


def test_whoever_may_have_a_file_finds_it_in_the_table():
    table = PAGE.split("## CSV")[0]

    assert [file.name for file in FILES if f"`{file.name}`" not in table] == []
