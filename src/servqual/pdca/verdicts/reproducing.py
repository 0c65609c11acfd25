"""Whether a verdict is what its own sides and options lead to: made again in memory, as `replay` does from bytes."""

from collections.abc import Mapping
from typing import Any

from servqual.errors import ServqualError, UnreadableReceipt
from servqual.metrics import Measurement, Tally
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.judging import judged
from servqual.pdca.verdicts.sources import LoneSource, Source, TallySource
from servqual.pdca.verdicts.verdict import Verdict


def must_reproduce(verdict: Verdict) -> None:
    """Refuse a verdict that `compare` would not give for what it was made of (`receipt.not_reproduced`)."""
    basis = verdict.basis
    before, after = (
        _source(side, group) for side, group in zip((basis.before, basis.after), basis.groups, strict=True)
    )
    try:
        rows = judged(before, after, Asked.of_plain(basis.options)).rows
    except ServqualError:
        rows = ()
    if verdict not in rows:
        raise UnreadableReceipt(
            f"the verdict is not what its two sides lead to (got {verdict.decision} by {verdict.rule}); "
            "compare() them again",
            code="receipt.not_reproduced",
        )


def _source(side: Tally | Measurement, group: Mapping[str, Any]) -> Source:
    return TallySource(side, group) if isinstance(side, Tally) else LoneSource(side)
