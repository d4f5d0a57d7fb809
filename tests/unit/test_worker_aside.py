"""Long work of the worker is done beside the other duties, one at a time, and its failure is told."""

from __future__ import annotations

import threading

import pytest

from api.worker import Aside


def test_the_others_go_on_while_it_works_and_it_is_begun_once() -> None:
    begun, may_end, needed = threading.Semaphore(0), threading.Event(), [True]

    def work() -> None:
        begun.release()
        may_end.wait()

    aside = Aside(lambda: needed[0], work)
    assert aside(0)
    begun.acquire()
    assert [aside(0) for _ in range(3)] == [False] * 3
    assert not begun.acquire(blocking=False)
    needed[0] = False
    may_end.set()
    ended(aside)
    assert not aside(0)
    needed[0] = True
    assert aside(0)
    begun.acquire()


def test_its_failure_is_told_once_and_it_is_tried_again() -> None:
    def work() -> None:
        raise ValueError("broken")

    aside = Aside(lambda: True, work)
    for _ in range(2):
        assert aside(0)
        ended(aside)
        with pytest.raises(ValueError, match="broken"):
            aside(0)


def ended(aside: Aside) -> None:
    assert aside._thread is not None
    aside._thread.join()
