"""Lines of a Zeek log as columns of text, whether they are TSV or JSON.

Source: Zeek manual, "Zeek Log Formats and Inspection"; the escapes of its ASCII writer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from sensors.feed.feed import LINE, Told
from sensors.feed.found import WORD
from sensors.feeds.zeek.columns import Log, time_of
from sensors.feeds.zeek.logs import LOGS

ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})")
COMMENT = b"#"
HEADERS = (b"#separator", b"#set_separator", b"#unset_field", b"#empty_field", b"#path", b"#fields")
COMMENTS = (b"#open", b"#close", b"#types", b"#")
Note = tuple[int, str]


class LogParser:
    """One file. Its `#fields` say what its columns are, its `#path`, or the file's name, what log it is."""

    def __init__(self, name: str) -> None:
        fits = WORD.match(name.removeprefix("zeek."))
        self._path = fits[0] if fits else ""
        self._separator, self._sets, self._unset, self._empty = "\t", ",", "-", "(empty)"
        self._fields: tuple[str, ...] = ()
        self._head: dict[bytes, bytes] = {}

    @property
    def head(self) -> bytes:
        return b"\n".join(self._head.values())

    def take(self, lines: Sequence[bytes]) -> Told:
        """Between two headers lines have the same columns."""
        told: list[tuple[int, Told]] = []
        since = 0
        for place, line in enumerate(lines):
            if line.startswith(COMMENT):
                told.append((since, self._alike(lines[since:place])))
                notes = [] if self._header(line) else [(0, "malformed_header")]
                told.append((place, Told({}, [None], notes)))
                since = place + 1
        told.append((since, self._alike(lines[since:])))
        return _joined(told)

    def _header(self, line: bytes) -> bool:
        """Whether it says something."""
        key, _, value = line.partition(b" " if line.startswith(b"#separator") else self._separator.encode())
        text = value.decode("utf-8", "replace")
        if key not in HEADERS or not text or (key == b"#fields" and self._separator not in text):
            return key in COMMENTS
        self._head[key] = line
        match key:
            case b"#separator":
                self._separator = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) or "\t"
            case b"#set_separator":
                self._sets = text or ","
            case b"#unset_field":
                self._unset = text
            case b"#empty_field":
                self._empty = text
            case b"#path":
                self._path = text
            case b"#fields":
                self._fields = tuple(text.split(self._separator))
        return True

    def _alike(self, lines: Sequence[bytes]) -> Told:
        if not lines:
            return Told({}, [])
        return self._tsv(lines) if self._fields else self._json(lines)

    def _tsv(self, lines: Sequence[bytes]) -> Told:
        texts = pl.Series("text", [line.decode("utf-8", "replace") for line in lines], dtype=pl.String)
        cells = texts.str.split(self._separator)
        is_whole = cells.list.len() == len(self._fields)
        notes = [(line, _what(lines[line])) for line in (~is_whole).arg_true()]
        places = is_whole.arg_true()
        log = LOGS.get(self._path)
        if log is None:
            return Told({}, [None] * len(lines), notes + [(line, f"passed_{self._path}") for line in places])
        whole = cells.filter(is_whole)
        frame = pl.DataFrame(
            [
                whole.list.get(self._fields.index(name)).replace({self._unset: None, self._empty: ""}).alias(name)
                if name in self._fields
                else pl.repeat(None, len(whole), dtype=pl.String, eager=True).alias(name)
                for name in log.reads
            ]
        )
        if self._sets != ",":
            frame = frame.with_columns(
                pl.col(name).str.replace_all(self._sets, ",", literal=True) for name in log.lists
            )
        return self._told(log, frame.with_columns(_unescaped(frame)), places, len(lines), notes)

    def _json(self, lines: Sequence[bytes]) -> Told:
        notes: list[Note] = []
        by_log: dict[str, tuple[list[int], list[Mapping[str, object]]]] = {}
        for place, line in enumerate(lines):
            if not line.strip():
                notes.append((place, _what(line)))
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = None
            if not isinstance(record, dict):
                notes.append((place, "malformed_json"))
                continue
            path = record.get("_path")
            places, records = by_log.setdefault(path if isinstance(path, str) else self._path, ([], []))
            places.append(place)
            records.append(record)
        parts = []
        for path, (found, records) in by_log.items():
            log = LOGS.get(path)
            if log is None:
                notes += [(place, f"passed_{path[:64]}") for place in found]
                continue
            frame = pl.DataFrame(
                [pl.Series(name, [_text(each.get(name)) for each in records], dtype=pl.String) for name in log.reads]
            )
            parts.append(self._told(log, frame, pl.Series(found), len(lines), []))
        times = [next((t for t in each if t is not None), None) for each in zip(*(p.times for p in parts), strict=True)]
        frames: dict[str, list[pl.DataFrame]] = {}
        for part in parts:
            for name, frame in part.frames.items():
                frames.setdefault(name, []).append(frame)
        joined = {name: pl.concat(each, how="diagonal_relaxed") for name, each in frames.items()}
        return Told(joined, times or [None] * len(lines), notes + [note for part in parts for note in part.notes])

    def _told(self, log: Log, frame: pl.DataFrame, places: pl.Series, lines: int, notes: list[Note]) -> Told:
        """What a log says; a line without a time that can be read says nothing."""
        placed = frame.with_columns(places.cast(pl.UInt32).alias(LINE), time_of("ts").alias("@timestamp"))
        timeless = placed.filter(pl.col("@timestamp").is_null())
        notes = [*notes, *((line, "malformed_time") for line in timeless[LINE])]
        timed = placed.filter(pl.col("@timestamp").is_not_null())
        frames = log.tells(timed)
        times: list[int | None] = [None] * lines
        ended = timed.select(LINE, log.written)
        for line, time in ended.iter_rows():
            times[line] = time
        spoken = set().union(*(frame[LINE].unique() for frame in frames.values())) if frames else set()
        silent = [(line, f"passed_{log.name}") for line in timed[LINE] if line not in spoken]
        return Told({name: frame for name, frame in frames.items() if len(frame)}, times, notes + silent)


def _what(line: bytes) -> str:
    return "malformed_columns" if line.strip() else "passed_empty"


def _text(value: object) -> str | None:
    """A value of JSON as the TSV log has it."""
    if value is None or isinstance(value, dict):
        return None
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, list):
        return ",".join(_text(each) or "" for each in value)
    return value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)


def _unescaped(frame: pl.DataFrame) -> list[pl.Series]:
    """Columns in which bytes are escaped, as they were; nearly none has any."""
    found = []
    for name in frame.columns:
        column = frame[name]
        if column.str.contains("\\x", literal=True).any():
            texts = [None if text is None else _plain(text) for text in column]
            found.append(pl.Series(name, texts, dtype=pl.String))
    return found


def _plain(text: str) -> str:
    replaced: Callable[[re.Match[str]], str] = lambda found: chr(int(found[1], 16))  # noqa: E731
    raw = ESCAPED.sub(replaced, text)
    try:
        return raw.encode("latin-1").decode("utf-8")
    except ValueError:
        return raw


def _joined(told: Sequence[tuple[int, Told]]) -> Told:
    frames: dict[str, list[pl.DataFrame]] = {}
    times: list[int | None] = []
    notes: list[Note] = []
    for since, part in told:
        times += part.times
        notes += [(line + since, counter) for line, counter in part.notes]
        for name, frame in part.frames.items():
            frames.setdefault(name, []).append(frame.with_columns((pl.col(LINE) + since).cast(pl.UInt32)))
    return Told({name: pl.concat(parts, how="diagonal_relaxed") for name, parts in frames.items()}, times, notes)
