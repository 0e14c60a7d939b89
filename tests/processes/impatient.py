"""A guard for the tests, which gives up a warm process that does not answer at once."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from unblocked.processes import guard, supervisor

supervisor._PATIENCE = 0.01
guard.main()
