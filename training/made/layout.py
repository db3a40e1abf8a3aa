"""The description of a made document, and the sheet on which it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.pdfbase.pdfmetrics import stringWidth

from medinfer.contract.vocabulary import DocumentType
from training.made.text import Text, plain, wrap
from training.made.truth import Truth

A4 = (595.0, 842.0)
"""Width and height in points (1/72 inch)."""

FONTS = {
    "Helvetica": ("Helvetica", "Helvetica-Bold"),
    "Times": ("Times-Roman", "Times-Bold"),
    "Courier": ("Courier", "Courier-Bold"),
}
"""The PDF standard fonts: every reader has them, so the files stay small."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of text on a page: ``x`` and ``y`` are the left end of its baseline in points from the top left."""

    text: Text
    x: float
    y: float
    size: float
    font: str = "Helvetica"
    bold: bool = False
    grey: float = 0.0

    @property
    def font_name(self) -> str:
        return FONTS[self.font][self.bold]

    @property
    def width(self) -> float:
        return float(stringWidth(self.text.text, self.font_name, self.size))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in points."""
        return (self.x, self.y - 0.76 * self.size, self.x + self.width, self.y + 0.22 * self.size)


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle (a rule, a band behind a heading): left, top, right, bottom in points."""

    x0: float
    y0: float
    x1: float
    y1: float
    grey: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    width: float
    height: float
    cells: tuple[Cell, ...]
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """``template`` names the form that was drawn (for the card's table), ``truth`` what the document says."""

    document_type: DocumentType
    template: str
    pages: tuple[Page, ...]
    truth: Truth


@dataclass(slots=True)
class Sheet:
    """Writes cells from the top down and starts a new page when one is full.

    ``y`` is the baseline of the last line. Sizes and places are in points.
    """

    width: float = A4[0]
    height: float = A4[1]
    margin: float = 42.0
    font: str = "Helvetica"
    size: float = 9.5
    leading: float = 1.35
    y: float = 0.0
    _pages: list[tuple[list[Cell], list[Bar]]] = field(default_factory=lambda: [([], [])])

    def __post_init__(self) -> None:
        self.y = self.margin

    @property
    def inner(self) -> float:
        """Width between the margins."""
        return self.width - 2 * self.margin

    @property
    def right(self) -> float:
        return self.width - self.margin

    def down(self, points: float) -> None:
        self.y += points

    def to_bottom(self, points: float) -> bool:
        """Go down so far that ``points`` are left on this page; False if less is left already."""
        place = self.height - self.margin - points
        if self.y > place:
            return False
        self.y = place
        return True

    def ensure(self, points: float) -> None:
        """Start a new page unless ``points`` are left on this one."""
        if self.y + points > self.height - self.margin:
            self._pages.append(([], []))
            self.y = self.margin + self.size

    def put(
        self,
        text: Text | str,
        x: float,
        *,
        size: float | None = None,
        bold: bool = False,
        align: str = "left",
        grey: float = 0.0,
        dy: float = 0.0,
    ) -> Cell | None:
        """One cell on the present line; ``x`` is its left end, right end or centre by ``align``. Blank text: none."""
        content = plain(text)
        if not content.text.strip():
            return None
        cell = Cell(content, x, self.y + dy, size or self.size, self.font, bold, grey)
        if align != "left":
            cell = Cell(
                content, x - cell.width / (1 if align == "right" else 2), cell.y, cell.size, self.font, bold, grey
            )
        self._pages[-1][0].append(cell)
        return cell

    def line(
        self,
        text: Text | str,
        *,
        x: float | None = None,
        size: float | None = None,
        bold: bool = False,
        align: str = "left",
        grey: float = 0.0,
    ) -> None:
        """Go to the next line and write there."""
        step = (size or self.size) * self.leading
        self.ensure(step)
        self.down(step)
        places = {"left": self.margin, "center": self.width / 2, "right": self.right}
        self.put(text, places[align] if x is None else x, size=size, bold=bold, align=align, grey=grey)

    def row(self, cells: Sequence[tuple[Text | str, float]], *, bold: bool = False, size: float | None = None) -> None:
        """Go to the next line and write cells at their places, left-aligned."""
        step = (size or self.size) * self.leading
        self.ensure(step)
        self.down(step)
        for text, x in cells:
            self.put(text, x, bold=bold, size=size)

    def paragraph(self, text: Text | str, *, x: float | None = None, size: float | None = None) -> None:
        """Text that runs over several lines."""
        left = self.margin if x is None else x
        for piece in self.folded(plain(text), self.right - left, size or self.size):
            self.line(piece, x=left, size=size)

    def folded(self, text: Text, width: float, size: float, *, bold: bool = False) -> list[Text]:
        """The lines of ``text`` in a column ``width`` points wide."""
        full = float(stringWidth(text.text, FONTS[self.font][bold], size)) or 1.0
        return wrap(text, max(4, int(len(text.text) * width / full)))

    def rule(self, *, thickness: float = 0.7, grey: float = 0.2, x0: float | None = None, gap: float = 4.0) -> None:
        self.down(gap)
        self._pages[-1][1].append(Bar(self.margin if x0 is None else x0, self.y, self.right, self.y + thickness, grey))

    def band(self, height: float, grey: float = 0.88) -> None:
        """A grey band behind the next line."""
        self._pages[-1][1].append(Bar(self.margin, self.y + 0.25 * height, self.right, self.y + 1.25 * height, grey))

    def finish(self, document_type: DocumentType, template: str, truth: Truth) -> MadeDocument:
        pages = tuple(Page(self.width, self.height, tuple(cells), tuple(bars)) for cells, bars in self._pages if cells)
        return MadeDocument(document_type, template, pages, truth)
