from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInputError
from matcher.intake.layouts import LAYOUTS
from matcher.intake.model import FEED, Format, Kind
from matcher.intake.sources import plan
from tests.intake.conftest import DATA, Read
from tests.intake.register_files import write_ods, write_xlsx

EMPLOYERS = "id,name,industry\n"
FEED_HEADER = "OCCU_DESC,COMPNAME,URL_QUERY,TRANDATE\n"


def file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path) -> str:
    with pytest.raises(InvalidInputError) as caught:
        plan([path])
    assert path.name in caught.value.message
    assert caught.value.remedy
    return str(caught.value)


def test_the_columns_are_those_of_the_documented_formats() -> None:
    sections = re.split(r"^### ", (DATA / "formats.md").read_text("utf-8"), flags=re.MULTILINE)
    documented = {s.split("\n", 1)[0]: s.split("\n", 1)[1].split("\n## ")[0] for s in sections[1:]}
    assert list(documented) == [kind.value for kind in LAYOUTS]
    for kind, layout in LAYOUTS.items():
        text = documented[kind.value]
        assert set(re.findall(r"\*\*(\w+)\*\*", text)) == layout.needed, kind
        assert all(re.search(rf"\b{column}\b", text) for column in layout.columns), kind


@given(st.data())
def test_no_set_of_columns_fits_two_kinds(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(Kind))
    layout = LAYOUTS[kind]
    optional = sorted(set(layout.columns) - layout.needed)
    names = layout.needed | data.draw(
        st.sets(st.sampled_from(optional)) if optional else st.just(set())
    )
    fitting = [k for k, other in LAYOUTS.items() if other.needed <= names <= set(other.columns)]
    assert fitting == [kind]


def test_a_folder_is_read_so_that_nothing_refers_to_what_is_not_there_yet(tmp_path: Path) -> None:
    for number, kind in enumerate(reversed(Kind)):
        file(tmp_path, f"{number:02}.csv", ",".join(LAYOUTS[kind].columns) + "\n")
    file(tmp_path, "99.csv", FEED_HEADER)
    file(tmp_path, "README.txt", "not a table")
    file(tmp_path, ".~lock.00.csv", "not a table either")
    (tmp_path / "deeper").mkdir()
    kinds = [source.kind for source in plan([tmp_path])]
    assert kinds == [*list(Kind)[:4], FEED, *list(Kind)[4:]]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = file(tmp_path, "e.csv", EMPLOYERS)
    assert len(plan([path, tmp_path, path])) == 1


def test_the_kind_is_told_from_the_columns_and_never_from_the_name(tmp_path: Path) -> None:
    [source] = plan([file(tmp_path, "seekers.csv", EMPLOYERS)])
    assert (source.kind, source.format) == (Kind.EMPLOYERS, Format.CSV)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
def test_separators_and_encodings_are_found_out(
    read_text: Read, separator: str, encoding: str
) -> None:
    lines = [["id", "name", "industry"], ["e1", "大大鋼鐵許功蓋", "製造業"]]
    text = "\n".join(separator.join(line) for line in lines)
    [chunk] = read_text(text, encoding=encoding)
    assert chunk.records[0].entity.name == "大大鋼鐵許功蓋"


def test_one_broken_byte_in_utf8_is_an_error_that_tells_where(tmp_path: Path) -> None:
    content = (
        (EMPLOYERS + "e1,大大鋼鐵,製造業\ne2,前鎮").encode() + b"\xff" + "倉儲,倉儲業\n".encode()
    )
    message = refused(file(tmp_path, "e.csv", content))
    assert f"byte {content.index(0xFF) + 1} (line 3)" in message


def test_a_file_of_two_encodings_is_an_error_and_never_other_words(tmp_path: Path) -> None:
    content = EMPLOYERS.encode() + "e1,大大鋼鐵,製造業\n".encode() + "e2,倉儲,業\n".encode("cp950")
    assert "line 3" in refused(file(tmp_path, "e.csv", content))
    content = EMPLOYERS.encode() + "e1,大大鋼鐵,製造業\n".encode("cp950") + "e2,é,業\n".encode()
    assert "line 2" in refused(file(tmp_path, "f.csv", content))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.xlsx", b"", "empty"),
        ("a.jsonl", b"\n \n", "empty"),
        ("a.csv", b"\xef\xbb\xbf", "empty"),
        ("a.csv", b"\x00\x01\x02\xff" * 40, "not a text file"),
        ("a.csv", "id,name,industry\n".encode("utf-16"), "UTF-16"),
        ("a.xlsx", b"\x00\x01\x02\xff" * 40, "not a readable workbook"),
        ("a.ods", b"PK\x03\x04 rubbish", "not a readable workbook"),
        ("a.txt", b"id,name,industry\n", "not a table"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "not a table"),
        ("a.json", b"[{]", "not JSON"),
        ("a.json", b"3", "holds no list"),
        ("a.json", b"[]", "no column"),
        ("a.jsonl", b"rubbish\nrubbish\n", "no column"),
        ("a.xml", b"<r><v></r>", "not well-formed"),
        ("a.csv", b"id,name,name\ne1,A,B\n", "column 3 has the name"),
        ("a.csv", b"id,,name,industry\n", "column 2 has no name"),
        ("a.csv", b"id,name\n", "lacks industry"),
        ("a.csv", b"id,name,industry,colour\n", "unknown colour"),
        ("a.csv", b'id,name,"industry\n', "quotation mark"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_a_remedy(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    assert said in refused(file(tmp_path, name, content))


def test_a_missing_file_and_a_folder_without_tables_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.csv")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty")


def test_a_file_without_a_header_is_refused_without_repeating_the_person_in_it(
    tmp_path: Path,
) -> None:
    message = refused(file(tmp_path, "s.csv", "S1,108/07/27,王小明,A123456789\n"))
    assert "王小明" not in message
    assert "A123456789" not in message


@pytest.mark.parametrize("writer", [write_xlsx, write_ods])
def test_a_workbook_with_data_in_two_sheets_is_refused(
    tmp_path: Path, writer: Read, read_file: Read
) -> None:
    table = [["id", "name", "industry"], ["e1", "A", "B"]]
    path = writer(tmp_path / f"w{'.xlsx' if writer is write_xlsx else '.ods'}", table, table)
    with pytest.raises(InvalidInputError, match="more than one sheet"):
        read_file(path)


BOMB = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>"""


def test_an_xml_bomb_is_refused(tmp_path: Path) -> None:
    content = f"{BOMB}<r><v><OCCU_DESC>&c;</OCCU_DESC><URL_QUERY>u</URL_QUERY></v></r>"
    assert "may hide an attack" in refused(file(tmp_path, "a.xml", content))


@pytest.mark.parametrize(
    ("name", "part"), [("a.ods", "content.xml"), ("a.xlsx", "xl/worksheets/sheet1.xml")]
)
def test_an_xml_bomb_within_a_workbook_is_refused(tmp_path: Path, name: str, part: str) -> None:
    good = tmp_path / f"good{Path(name).suffix}"
    (write_ods if name.endswith("ods") else write_xlsx)(good, [["id", "name", "industry"]])
    path = tmp_path / name
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == part:
                text = re.sub(r"^<\?xml[^>]*\?>", "", content.decode())
                content = (BOMB + text).encode()
            target.writestr(entry, content)
    refused(path)
