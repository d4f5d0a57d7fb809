"""The books of all chains in the store: written with each batch of segments, looked through for gaps that stay open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from api.chain_book import Book, book_from
from api.losses import told, with_losses
from detection.occurrence import text_id
from response.ports import Segment, Store
from response.records import Delete, Put, RecordQuery
from response.store_errors import Conflict, NotFound
from response.times import SECOND, time_text
from sensors.segment_file import Manifest

PATIENCE = 900 * SECOND
"""How long a gap may stay open before it is told; what comes later takes that back."""
LOOK = 10 * SECOND
MOST_CHAINS = 8
"""Of one sensor; older ones are forgotten once they are whole."""


class Chains:
    """Notes segments, and as a duty of the worker tells of gaps that do not close."""

    def __init__(self, store: Store, patience: int = PATIENCE) -> None:
        self._store, self._patience = store, patience
        self._looked = 0

    def note(self, manifests: Sequence[Manifest], now: int) -> None:
        """These segments are stored. Noting them again changes nothing."""
        by_chain: dict[tuple[str, str], list[Manifest]] = {}
        for each in manifests:
            by_chain.setdefault((each.sensor, each.link.chain), []).append(each)
        for (sensor, chain), news in by_chain.items():
            first = news[0]

            def enter(book: Book, news: list[Manifest] = news) -> None:
                for each in sorted(news, key=lambda each: each.link.sequence):
                    book.enter(each, now)

            self._change(Book(sensor, chain, first.link.begins), enter, now, first.first)

    def _change(self, new: Book, change: Callable[[Book], None], now: int, first: int = 0) -> None:
        record_id = text_id("chain", new.sensor, new.chain)
        while True:
            try:
                known = self._store.record("chain", record_id)
                book, etag = book_from(known.body), known.etag
            except NotFound:
                book, etag = Book(new.sensor, new.chain, new.begins), None
                self._begin(book, first)
            before = book.record()
            change(book)
            if etag is not None and book.record() == before:
                return
            try:
                self._store.commit([Put("chain", record_id, {"at": time_text(now), **book.record()}, etag)])
                return
            except Conflict:  # another worker was quicker: on top of what it wrote
                continue

    def _begin(self, book: Book, first: int) -> None:
        """A sensor that had a chain begins another one when its spool was lost: nobody can say with what in it."""
        others = self._store.records(RecordQuery("chain", {"sensor": book.sensor}, limit=500)).items
        if not others:
            return
        book.begin_after(max(book_from(each.body).last for each in others), first)
        for each in others[MOST_CHAINS - 1 :]:
            if each.body["state"] == "whole":
                self._store.commit([Delete("chain", each.id, each.etag)])

    def __call__(self, now: int) -> bool:
        """The duty: gaps that stayed open too long, and what is still to be told."""
        if 0 <= now - self._looked < LOOK:
            return False
        self._looked = now
        worked = False
        for each in self._store.records(RecordQuery("chain", {"state": "open"}, limit=500)).items:
            worked = self._tell(book_from(each.body), now) or worked
        return worked

    def _tell(self, new: Book, now: int) -> bool:
        # What is told is in the record before it is stored, and leaves it afterwards: cut off in between, it is told
        # again, as the same rows.
        self._change(new, lambda book: book.tell_gaps(now, self._patience), now)
        book = book_from(self._store.record("chain", text_id("chain", new.sensor, new.chain)).body)
        if not book.telling:
            return False
        first, last = min(each.since for each in book.telling), max(each.until for each in book.telling)
        name = text_id("told", *(f"{each.key} {each.counts}" for each in book.telling))
        self._store.write(with_losses(Segment(name, book.sensor, first, last), told(book.sensor, book.telling)))
        said = list(book.telling)

        def forget(book: Book) -> None:
            book.telling = [each for each in book.telling if each not in said]

        self._change(new, forget, now)
        return True
