"""Work that is left for whoever is at it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from servqual.metrics.engine.slot import Slot


def test_nothing_is_lost_and_one_is_at_work_at_a_time() -> None:
    """Many threads leave items; all are worked off when the last call has come back."""
    done: list[int] = []
    at_work = 0

    def work(item: int) -> None:
        nonlocal at_work
        at_work += 1
        assert at_work == 1
        time.sleep(0.0001)
        done.append(item)
        at_work -= 1

    slot = Slot(work)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(slot.give, range(500)))
    assert sorted(done) == list(range(500))


def test_who_leaves_an_item_goes_on() -> None:
    """While one works, another need not wait for it."""
    begun, may_end = threading.Event(), threading.Event()
    done: list[str] = []

    def work(item: str) -> None:
        begun.set()
        assert may_end.wait(10)
        done.append(item)

    slot = Slot(work)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slot.give, "first")
        assert begun.wait(10)
        slot.give("second")
        assert done == []
        may_end.set()
        first.result()
    assert done == ["first", "second"]


def test_an_error_of_the_work_reaches_who_is_at_it() -> None:
    """And the next item finds the slot free."""

    def work(item: int) -> None:
        if item == 0:
            raise ValueError(item)

    slot = Slot(work)
    with pytest.raises(ValueError, match="0"):
        slot.give(0)
    slot.give(1)
