"""One session for all tests, under the rules of ANSI, classic or of Spark Connect."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.spark.sessions import CLASSIC, is_client, opened

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.shuffle.partitions": "5",
    "spark.sql.session.timeZone": "America/New_York",  # no answer depends on it
}


@pytest.fixture(scope="session")
def session() -> Iterator[Any]:
    """A session with two workers."""
    if is_client() and not CLASSIC.exists():
        pytest.skip("the server of Spark Connect comes from the environment .venv-spark")
    with opened(SETTINGS) as made:
        yield made
