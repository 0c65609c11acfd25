"""Settings for tests of laws that are broken on purpose."""

from collections.abc import Generator

import pytest
from hypothesis import Phase, settings


@pytest.fixture
def unshrunk() -> Generator[None]:
    """Report the first example that breaks a law: to look for the smallest one takes a hundred times as long."""
    before = settings.get_current_profile_name()
    settings.register_profile("unshrunk", settings.get_profile(before), phases=[Phase.generate])
    settings.load_profile("unshrunk")
    yield
    settings.load_profile(before)
