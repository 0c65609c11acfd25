"""Help for tests, ours and others': strategies, and slow and obvious reference versions."""
