"""Control charts and what they are made of."""

from servqual.stats.spc.limits import of_counts, of_shares

__all__ = ["of_counts", "of_shares"]
