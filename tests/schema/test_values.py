"""One law over all public values: they can be copied, pickled, hashed and shown."""

import copy
import pickle
from typing import Any

import pytest
from tests.schema.schema_samples import path_of

from servqual.model.history.lifecycle import Lived
from servqual.schema import dumps, kinds, ledger, loads


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, by their stored form where a class has no equality of its own."""
    own: bool = vars(object)["__eq__"] is not type(one).__eq__
    return type(one) is type(other) and (one == other if own else dumps(one) == dumps(other))


@pytest.mark.parametrize("kind", kinds())
def test_values_can_be_copied_pickled_hashed_and_shown(kind: str) -> None:
    """A copy is the same value, equal values have one hash, and a repr names the id and the status."""
    value = loads(path_of(ledger.named(kind)).read_text(encoding="utf-8"))
    copies = [copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))]  # noqa: S301  (our own bytes)
    assert all(same(each, value) for each in copies)
    try:
        hashes = {hash(value), *(hash(each) for each in copies if each == value)}
    except TypeError:
        assert type(value).__hash__ is None or "mappingproxy" in repr(value) or "{" in repr(value)
    else:
        assert len(hashes) == 1
    assert repr(value)
    if isinstance(value, Lived):
        assert value.id in repr(value)
        assert str(value.status) in repr(value)
