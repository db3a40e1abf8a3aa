"""A page whose text is known, drawn as a scanner would see it."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROWS = (
    ("City Laboratory", "Report No 40217"),
    ("Patient Asha Verma", "Age 42 years"),
    ("Test", "Result", "Unit", "Reference"),
    ("Haemoglobin", "13.5", "g/dL", "12.0 - 15.5"),
    ("Platelet count", "250", "thousand", "150 - 410"),
    ("Creatinine", "0.92", "mg/dL", "0.60 - 1.10"),
    ("Glucose fasting", "101", "mg/dL", "70 - 100"),
    ("Cholesterol total", "182", "mg/dL", "125 - 200"),
)

CELLS = tuple(cell for row in ROWS for cell in row)
"""In reading order."""

_LEFT_PX = (90, 480, 680, 880)
_TOP_PX, _ROW_PX = 120, 90


@cache
def page() -> Image.Image:
    image = Image.new("RGB", (1240, 1000), (250, 250, 247))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(32)
    for number, row in enumerate(ROWS):
        for left, cell in zip(_LEFT_PX if len(row) > 2 else (_LEFT_PX[0], _LEFT_PX[2]), row, strict=False):
            draw.text((left, _TOP_PX + number * _ROW_PX), cell, fill=(30, 30, 40), font=font)
    noise = np.random.default_rng(3).normal(0, 4, (1000, 1240, 1))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def turned(degrees: int) -> Image.Image:
    """The page as it is stored when ``degrees`` clockwise make it upright."""
    turns = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
    return page().transpose(turns[degrees]) if degrees else page()
