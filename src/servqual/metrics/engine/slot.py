"""Work that one thread at a time does, of which the others need not wait for the end."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

_MOST: Final = 8
"""So many items wait before those that bring more wait too, and memory stays flat."""


class Slot:
    """Takes items from all threads: whoever finds nobody at work works off all that wait, the others go on."""

    def __init__(self, work: Callable[..., None]) -> None:
        self._work = work
        self._busy = threading.Lock()
        self._waiting = deque[tuple[Any, ...]]()

    def give(self, *item: Any) -> None:
        """Leave an item; it is worked off when all calls have come back, whoever does it."""
        self._waiting.append(item)
        while self._waiting and self._busy.acquire(blocking=len(self._waiting) > _MOST):
            try:
                while self._waiting:
                    self._work(*self._waiting.popleft())
            finally:
                self._busy.release()
