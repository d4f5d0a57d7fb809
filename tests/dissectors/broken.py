"""A dissector whose module cannot be imported."""

from __future__ import annotations

raise RuntimeError("its licence file is missing")
