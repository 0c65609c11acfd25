"""One law over all public values: they can be copied, pickled, hashed and shown."""

import copy
import pickle

import pytest
from tests.schema.schema_samples import path_of, same

from servqual.model.history.lifecycle import Lived
from servqual.schema import kinds, ledger, loads


@pytest.mark.parametrize("kind", kinds())
def test_values_can_be_copied_pickled_hashed_and_shown(kind: str) -> None:
    """A copy is the same value, equal values have one hash, and a repr names the id and the status."""
    value = loads(path_of(ledger.named(kind)).read_text(encoding="utf-8"))
    copies = [copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))]  # noqa: S301  (our own bytes)
    assert all(same(each, value) for each in copies)
    assert len({hash(value), *(hash(each) for each in copies if each == value)}) == 1
    if isinstance(value, Lived):
        assert value.id in repr(value)
        assert str(value.status) in repr(value)
