"""The pages are read back with the standard library's parser: what an element is, is not up to a document."""

from __future__ import annotations

import base64
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from medinfer.cli import report
from medinfer.cli.markup import Html, el
from medinfer.cli.pictures import page_pictures
from medinfer.contract.vocabulary import DocumentErrorCode, DocumentType
from tests.clients.cli.results import HOSTILE, document, submission


class Parsed(HTMLParser):
    """Elements with their attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A picture that lies on its side: 400 x 1000 px, red where the upright page has its left edge."""
    picture = Image.new("RGB", (400, 1000), "white")
    picture.paste("red", (0, 900, 400, 1000))
    path = tmp_path / "scan.png"
    picture.save(path)
    return path


def test_boxes_are_drawn_in_px_of_the_upright_page(scan: Path) -> None:
    page = Parsed(report.document_page(submission(scan, document())))
    (svg,) = page.all("svg")
    assert svg["viewbox"] == "0 0 1000 400"
    points = [polygon["points"] for polygon in page.all("polygon")]
    assert points[0] == "100.0,50.0 350.0,50.0 350.0,80.0 100.0,80.0"
    assert len(points) == 6  # three lines, three entities
    assert {p.get("class") for p in page.all("polygon")} == {None, "e-test", "e-value", "e-reference_range"}


def test_the_picture_is_turned_as_the_server_turned_the_page(scan: Path) -> None:
    page = Parsed(report.document_page(submission(scan, document())))
    (image,) = page.all("img")
    source = image["src"] or ""
    picture = Image.open(io.BytesIO(base64.b64decode(source.removeprefix("data:image/jpeg;base64,"))))
    assert picture.size == (1000, 400)
    red, green, _ = picture.convert("RGB").getpixel((10, 200))  # type: ignore[misc]
    assert red > 200 > 60 > green


def test_the_table_shows_the_flag_and_links_to_the_line(scan: Path) -> None:
    page = Parsed(report.document_page(submission(scan, document())))
    assert {"class": "chip low"} in page.all("span")
    assert {"href": "#l0"} in page.all("a")
    assert any(polygon.get("id") == "l0" for polygon in page.all("polygon"))


def test_nothing_of_a_document_becomes_markup(scan: Path) -> None:
    hostile = scan.rename(scan.with_name("<b onclick=alert(1)>&.png"))
    shown = submission(hostile, document(text=HOSTILE))
    for written in (report.document_page(shown), report.index_page([("x.html", shown)])):
        page = Parsed(written)
        assert not {tag for tag, _ in page.elements} & {"script", "iframe", "object", "embed", "link", "base", "form"}
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
        assert all((image["src"] or "").startswith("data:image/jpeg;") for image in page.all("img"))
        assert hostile.name in page.text
    assert HOSTILE in Parsed(report.document_page(shown)).text


def test_the_page_may_load_nothing(scan: Path) -> None:
    page = Parsed(report.document_page(submission(scan, document())))
    policies = [meta["content"] or "" for meta in page.all("meta") if meta.get("http-equiv")]
    assert "default-src 'none'" in policies[0]


def test_of_what_is_not_medical_nothing_is_shown(scan: Path) -> None:
    page = Parsed(report.document_page(submission(scan, document(DocumentType.NOT_MEDICAL))))
    assert "none of its text was kept" in page.text
    assert not page.all("img")
    assert "12.1" not in page.text


def test_a_rejected_document_has_a_page_with_the_reason(scan: Path) -> None:
    page = Parsed(report.document_page(submission(scan, DocumentErrorCode.ENCRYPTED)))
    assert "encrypted_document" in page.text
    assert "protected by a password" in page.text


def test_every_document_has_files_of_its_own(tmp_path: Path, scan: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    twin = scan.with_name("scan.jpg")
    twin.write_bytes(scan.read_bytes())
    index = report.write(tmp_path / "out", [submission(p, document()) for p in (scan, twin)])
    written = sorted(path.name for path in index.parent.iterdir())
    assert written == ["001-scan.html", "001-scan.json", "002-scan.html", "002-scan.json", "index.html"]
    assert index.parent.stat().st_mode & 0o077 == 0
    stored = json.loads((index.parent / "001-scan.json").read_text())
    assert stored["result"]["document"]["observations"][0]["flag"] == "low"
    assert {a["href"] for a in Parsed(index.read_text()).all("a")} == {"001-scan.html", "002-scan.html"}


def test_a_file_that_cannot_be_drawn_leaves_the_boxes(tmp_path: Path) -> None:
    path = tmp_path / "gone.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    assert page_pictures(path, document().pages) == []
    assert len(Parsed(report.document_page(submission(path, document()))).all("polygon")) == 6


@given(st.text(), st.text())
def test_any_text_stays_text(content: str, value: str) -> None:
    parsed = Parsed(el("p", content, title=value))
    assert [tag for tag, _ in parsed.elements] == ["p"]
    expected = content.replace("\r\n", "\n").replace("\r", "\n")
    assert parsed.text.replace("\r\n", "\n").replace("\r", "\n") == expected
    assert parsed.all("p")[0].keys() == {"title"}


def test_elements_nest() -> None:
    assert el("p", "a < b", el("br"), [el("i", 1)], None, class_="x") == '<p class="x">a &lt; b<br><i>1</i></p>'
    assert isinstance(el("p"), Html)
