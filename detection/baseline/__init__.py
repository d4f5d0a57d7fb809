"""The baseline: what is known, as text that a person can read, diff, approve, expire and undo (design, law 6)."""

from detection.baseline.entries import Baseline, Entry, Seen
from detection.baseline.text import BadBaseline, difference, read_baseline, write_baseline

__all__ = ["BadBaseline", "Baseline", "Entry", "Seen", "difference", "read_baseline", "write_baseline"]
