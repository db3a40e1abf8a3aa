"""HTML that cannot be broken out of: every text is escaped, only elements built here are not."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"img", "input", "meta", "br"})


class Html(str):
    """Finished markup."""

    __slots__ = ()


def el(tag: str, *children: Html | str | int | float | Iterable[Html] | None, **attributes: object) -> Html:
    """An element. Text is escaped; None is left out; ``class_`` and ``data_x`` stand for class and data-x."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Html(f"<{tag}{written}>")
    return Html(f"<{tag}{written}>{''.join(_render(child) for child in children)}</{tag}>")


def _render(child: Html | str | int | float | Iterable[Html] | None) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, (str, int, float)):
        return escape(str(child))
    return "".join(_render(part) for part in child)
