"""Goals that serve larger goals: the tree of a team's objectives, joined by name and checked."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from servqual._checks import among, distinct, no_circle
from servqual.errors import InvalidValue
from servqual.model.people.score import Horizon, Objective

__all__ = ["goal_tree"]


def goal_tree(objectives: Iterable[Objective]) -> Mapping[str, tuple[Objective, ...]]:
    """Join objectives with those that they serve: the name of each goal, and the objectives that serve it.

    A goal that nothing serves has `()`. Refused: two goals of one name, a larger goal that is not among them, goals
    that serve each other in a circle, and a long-term goal that serves a short-term one.

    >>> year = Objective(what="customers stay", horizon="long_term")
    >>> mine = Objective(what="solve at once", serves="customers stay", horizon="short_term")
    >>> [goal.what for goal in goal_tree([year, mine])["customers stay"]]
    ['solve at once']
    """
    goals = tuple(objectives)
    distinct("objectives", (goal.what for goal in goals))
    known = {goal.what: goal for goal in goals}
    for goal in goals:
        if goal.serves:
            among("serves", goal.serves, known)
            if goal.horizon is Horizon.LONG_TERM and known[goal.serves].horizon is Horizon.SHORT_TERM:
                raise InvalidValue.of("serves", "name a goal that reaches as far", goal.serves, do="turn the two round")
    no_circle("serves", {goal.what: filter(None, [goal.serves]) for goal in goals}, do="let one of them serve no other")
    return MappingProxyType({what: tuple(goal for goal in goals if goal.serves == what) for what in known})
