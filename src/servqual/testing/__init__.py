"""For other people's tests and ours: strategies, laws, and slow and obvious reference versions."""
