"""Text with labelled characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from medinfer.contract.vocabulary import DocumentLabel


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (one past the last) are one entity."""

    start: int
    end: int
    label: DocumentLabel


@dataclass(frozen=True, slots=True)
class Text:
    """A run of characters with its entities, in order and disjoint."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    def __add__(self, other: Text | str) -> Text:
        added = plain(other)
        shift = len(self.text)
        moved = tuple(Span(s.start + shift, s.end + shift, s.label) for s in added.spans)
        return Text(self.text + added.text, self.spans + moved)

    def __radd__(self, other: str) -> Text:
        return plain(other) + self

    def part(self, start: int, end: int) -> Text:
        """The characters ``start`` to ``end``; an entity that is cut keeps its label on both sides."""
        kept = (
            Span(max(s.start, start) - start, min(s.end, end) - start, s.label)
            for s in self.spans
            if s.start < end and s.end > start
        )
        return Text(self.text[start:end], tuple(kept))

    def mapped(self, text: str) -> Text:
        """The same entities over another text of the same length (upper case, noise)."""
        if len(text) != len(self.text):
            raise ValueError("a mapped text keeps its length")
        return Text(text, self.spans)


def plain(text: Text | str) -> Text:
    return text if isinstance(text, Text) else Text(text)


def tag(label: DocumentLabel, text: str) -> Text:
    """``text`` as one entity."""
    return Text(text, (Span(0, len(text), label),) if text else ())


def join(parts: Iterable[Text | str], separator: str = "") -> Text:
    """Parts in a row; empty ones bring no separator."""
    result = Text()
    for part in parts:
        if plain(part).text:
            result = result + separator + part if result.text else plain(part)
    return result


_HOLE = re.compile(r"\{(\w)\}")


def filled(template: str, content: Callable[[str], Text | str]) -> Text:
    """``template`` with each hole ("{c}") replaced by ``content("c")``, from left to right."""
    result = Text()
    position = 0
    for hole in _HOLE.finditer(template):
        result = result + template[position : hole.start()] + content(hole.group(1))
        position = hole.end()
    return result + template[position:]


def holes(template: str) -> set[str]:
    """The names of a template's holes."""
    return set(_HOLE.findall(template))


def wrap(text: Text, fits: int) -> list[Text]:
    """Lines of at most ``fits`` characters, cut at spaces; a longer word stands alone."""
    lines: list[Text] = []
    start = end = 0
    limit = len(text.text)
    while start < limit:
        if limit - start <= fits:
            end = limit
        else:
            space = text.text.rfind(" ", start + 1, start + fits + 1)
            if space < 0:
                space = text.text.find(" ", start + fits)
            end = space if space >= 0 else limit
        lines.append(text.part(start, end))
        start = end
        while start < limit and text.text[start] == " ":
            start += 1
    return lines or [text]
