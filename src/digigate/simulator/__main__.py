"""`python -m digigate.simulator` is `digigate-sim`."""

import sys

from digigate.simulator import main

sys.exit(main())
