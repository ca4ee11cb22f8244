"""Every byte of an archive's file is covered, whatever it belongs to."""

import zipfile
from io import BytesIO

import pytest

from crrubric.domain.archive.container import (
    COMMENT,
    ContainerWriter,
    PackedFile,
    find_container_fault,
    open_container,
)
from crrubric.domain.errors import Invalid

MOMENT = (2027, 3, 12, 23, 0, 0)
FILES = {"readme.txt": b"Hello, hello, hello.\n" * 9, "memo/issue-1.pdf": b"%PDF-1.7 \x00\xff"}


def make_container(files: dict[str, bytes]) -> bytes:
    file = BytesIO()
    writer = ContainerWriter(file, MOMENT)
    for path, body in files.items():
        writer.write_file(path, [body[:4], body[4:]])
    writer.close()
    return file.getvalue()


def test_files_come_back_as_they_were():
    made = make_container(FILES)

    assert find_container_fault(BytesIO(made)) is None
    with open_container(BytesIO(made)) as container:
        assert list(container.list_faults()) == []
        assert {path: b"".join(container.iterate_chunks(path)) for path in container.paths} == FILES
        assert container.measure_file("readme.txt").size == len(FILES["readme.txt"])


def test_size_and_hash_are_those_of_the_content():
    file = BytesIO()
    writer = ContainerWriter(file, MOMENT)

    found = writer.write_file("a.txt", [b"ab", b"c"])

    assert found == PackedFile(
        "a.txt", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    writer.abandon()


def test_other_programs_read_it():
    with zipfile.ZipFile(BytesIO(make_container(FILES))) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == list(FILES)


def test_every_flipped_byte_shows():
    made = make_container(FILES)

    for place in range(len(made)):
        for bit in (1, 0x80):
            changed = bytearray(made)
            changed[place] ^= bit
            assert find_container_fault(BytesIO(changed)) is not None, f"byte {place}"


def test_a_shorter_or_longer_file_shows():
    made = make_container(FILES)

    for size in range(1, len(made)):
        assert find_container_fault(BytesIO(made[:-size])) is not None, f"{size} bytes less"
        assert find_container_fault(BytesIO(made + bytes(size))) is not None, f"{size} bytes more"


@pytest.mark.parametrize(
    "path", ["", "/a", "../a", "a/../b", "A.txt", "a//b", "a/", "ä.txt", "./a"]
)
def test_paths_that_could_lead_elsewhere_are_not_written(path: str):
    writer = ContainerWriter(BytesIO(), MOMENT)

    with pytest.raises(ValueError, match="no path"):
        writer.write_file(path, [b""])
    writer.abandon()


def pack(entries: list[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    """A file as another program would make it."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for entry, body in entries:
            opened.writestr(entry, body)
        opened.comment = bytes(COMMENT)
    return file.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_doubled_and_strange_files_are_named():
    made = pack(
        [
            (zipfile.ZipInfo("a.txt"), b"1"),
            (zipfile.ZipInfo("a.txt"), b"2"),
            (zipfile.ZipInfo("../b.txt"), b"3"),
        ]
    )

    with open_container(BytesIO(made)) as container:
        found = [str(fault) for fault in container.list_faults()]

    assert found == ["a.txt: it is there twice.", "../b.txt: no archive has such a file."]


def test_a_method_that_is_not_ours_is_named():
    entry = zipfile.ZipInfo("a.txt")
    entry.compress_type = zipfile.ZIP_LZMA

    with open_container(BytesIO(pack([(entry, b"1")]))) as container:
        found = [str(fault) for fault in container.list_faults()]

    assert found == ["a.txt: no archive has such a file."]


def test_what_is_no_zip_file_is_refused():
    with (
        pytest.raises(Invalid, match="can’t be read as a ZIP file"),
        open_container(BytesIO(b"no")),
    ):
        pass
