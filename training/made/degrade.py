"""What scanners and telephone cameras do to a page. Grey images in, grey images out; seeded."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]


def scan(image: Image.Image, seed: int, *, skew_degrees: float = 0.7) -> Image.Image:
    """A flatbed scan: slightly askew, soft, with grain and a darker edge."""
    rng = np.random.default_rng(seed)
    page = np.asarray(image, np.uint8)
    height, width = page.shape
    angle = float(rng.uniform(-skew_degrees, skew_degrees))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    page = cv2.warpAffine(page, turn, (width, height), borderValue=(255.0,)).astype(np.uint8)
    page = cv2.GaussianBlur(page, (3, 3), 0.6).astype(np.uint8)
    shade = np.linspace(0, 18, width)[None, :] * float(rng.choice((-1, 1)))
    return _image(page - np.abs(shade) + rng.normal(-4, 4, page.shape))


def photo(image: Image.Image, seed: int, *, blur: float = 0.9, noise: float = 6.0, tilt: float = 0.05) -> Image.Image:
    """A photograph of the page on a table: perspective, uneven light, the shadow of a hand, blur and sensor noise."""
    rng = np.random.default_rng(seed)
    page = np.asarray(image, np.uint8)
    height, width = page.shape
    border_x, border_y = round(0.06 * width), round(0.05 * height)
    full = (width + 2 * border_x, height + 2 * border_y)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + (border_x, border_y) + rng.uniform(-tilt, tilt, (4, 2)) * (width, height) * 0.6
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    paper = cv2.warpPerspective(np.full_like(page, 255), warp, full)
    content = cv2.warpPerspective(page, warp, full)
    table = 96 + 14 * np.sin(np.arange(full[0]) / 37.0)[None, :] + rng.normal(0, 5, (full[1], full[0]))
    scene = np.where(paper > 127, content.astype(np.float64) * 0.94, table)
    scene = cv2.GaussianBlur(scene * _light(full, rng), (0, 0), blur)
    return _image(scene + rng.normal(0, noise, scene.shape))


def _light(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    """Brightness (0.5 to 1) over the picture: a lamp on one side and a soft shadow across a corner."""
    width, height = size
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    direction = rng.uniform(0, 2 * np.pi)
    lamp = 0.9 + 0.09 * (x * np.cos(direction) + y * np.sin(direction))
    edge = x * np.cos(direction + 1) + y * np.sin(direction + 1) - rng.uniform(0.2, 0.6)
    shadow = 1 - 0.28 / (1 + np.exp(-edge * 14))
    return np.asarray(lamp * shadow)


def _image(values: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8), "L")
