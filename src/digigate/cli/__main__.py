"""`python -m digigate.cli`."""

import sys

from digigate.cli import main

if __name__ == "__main__":
    sys.exit(main())
