"""A story of people who come and go."""

import datetime as dt

from servqual.metrics import measure

NEW_YEAR = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def test_turnover_is_leavers_over_the_mean_number_of_people() -> None:
    """RC-07: of four people in a team of pressure one leaves in the middle of the year, of four others nobody.

    182.5 of 365 days are half a year, so that 3.5 people were there in the mean: 1 / 3.5. Who left before the year, or
    joins after it, does not count.
    """
    day = dt.timedelta(days=1)
    before, after = NEW_YEAR - 100 * day, NEW_YEAR + 400 * day
    staff = {
        "joined_at": [before] * 9 + [after],
        "left_at": [NEW_YEAR + 182.5 * day, *[None] * 7, NEW_YEAR - day, None],
        "team": ["phone"] * 4 + ["mail"] * 4 + ["phone"] * 2,
    }
    year = (NEW_YEAR, NEW_YEAR + 365 * day)
    found = measure(["attrition"], {"staff": staff}, by=["team"], period=year, now=NEW_YEAR + 500 * day)
    assert {m.group["team"]: m.value for m in found} == {"phone": 1 / 3.5, "mail": 0}
    [half] = measure(["attrition"], {"staff": staff}, period=(NEW_YEAR, NEW_YEAR + 365 * day / 2), now=after)
    assert half.value == 0  # who leaves at the end of a period leaves in the next
