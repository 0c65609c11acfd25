"""Example targets of the source documents, to choose by name, never a default."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from servqual.model.sla.clocks import Clock
from servqual.model.sla.target import Target


@attrs.frozen(kw_only=True)
class ExampleTarget:
    """An example of a target: its KPI, its goal or limit, and its source.

    `goal` is a share from 0 to 1, `target` a limit for a clock, ready for an agreement. The documents name no share of
    cases that must keep a limit; add it with `attrs.evolve`. A boundary value passes.
    """

    name: str
    chinese: str
    kpi: str
    source: str
    goal: float | None = None
    target: Target | None = None


_SOURCE: Final = "Guide to the service-quality management process (顾客服务质量管理流程指南), section 3.2"

_EXAMPLES: Final = (
    ExampleTarget(
        name="response within 30 minutes",
        chinese="响应时间应控制在30分钟内",
        kpi="first_response_time",
        source=_SOURCE,
        target=Target(clock=Clock.FIRST_RESPONSE, within=dt.timedelta(minutes=30)),
    ),
    ExampleTarget(
        name="resolution rate of 95 % or more",
        chinese="问题解决率应达到95%以上",
        kpi="resolution_rate",
        source=_SOURCE,
        goal=0.95,
    ),
)


def example_targets() -> Mapping[str, ExampleTarget]:
    """Give the example targets by KPI: response within 30 minutes, and a resolution rate of at least 95 %.

    >>> example_targets()["first_response_time"].target.within
    datetime.timedelta(seconds=1800)
    """
    return MappingProxyType({example.kpi: example for example in _EXAMPLES})
