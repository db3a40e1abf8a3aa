"""The top of a page: a facility's name, address and telephone."""

from __future__ import annotations

import random
from collections.abc import Callable

from medinfer.contract.vocabulary import DocumentLabel as L
from training.made import people
from training.made.held import Held, Split
from training.made.layout import Sheet
from training.made.text import tag


def letterhead(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    """The facility's name, address and telephone at the top of the page."""
    LETTERHEADS.pick(rng, split)(sheet, rng, split, name)


def _contact(rng: random.Random) -> str:
    return rng.choice(("Ph: {}", "Tel : {}", "Phone: {}", "Contact: {}", "Mob. {}")).format(people.phone(rng))


def _centred(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name), size=rng.choice((15, 17, 19)), bold=True, align="center")
    sheet.line(people.address(rng, split), size=8.5, align="center")
    if rng.random() < 0.7:
        sheet.line(_contact(rng), size=8.5, align="center")
    sheet.rule()


def _left(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name.upper()), size=rng.choice((14, 16)), bold=True)
    sheet.line(people.address(rng, split) + "  " + _contact(rng), size=8)
    sheet.rule(thickness=1.2)


def _two_sides(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name), size=15, bold=True)
    sheet.put(_contact(rng), sheet.right, size=8.5, align="right")
    sheet.line(people.address(rng, split), size=8.5)
    sheet.put("NABL Accredited" if rng.random() < 0.5 else "ISO 9001:2015", sheet.right, size=8, align="right")
    sheet.rule()


def _right(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name), size=16, bold=True, align="right")
    sheet.line(people.address(rng, split), size=8.5, align="right")
    sheet.line(_contact(rng), size=8.5, align="right")
    sheet.rule(thickness=1.5)


def _banded(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.band(20)
    sheet.line(tag(L.FACILITY, name.upper()), size=16, bold=True, align="center")
    sheet.line("A unit of " + people.address(rng, split), size=8, align="center")
    sheet.rule(thickness=0.5)


def _plain(sheet: Sheet, _rng: random.Random, _split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name), size=13, bold=True)
    sheet.rule(thickness=0.4)


LETTERHEADS: Held[Callable[[Sheet, random.Random, Split, str], None]] = Held(
    (_centred, _left, _two_sides, _plain), (_banded,), (_right,)
)
