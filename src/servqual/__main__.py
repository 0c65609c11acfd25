"""`python -m servqual` is the console script `servqual`."""

from servqual.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
