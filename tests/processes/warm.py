"""A warm process for the tests: its copies do what the first word of their command says."""

import json
import os
import sys
import time
from pathlib import Path

from unblocked.processes import copies


def main() -> None:
    warm = os.getpid()
    match copies.become(int(sys.argv[1])):
        case ["tell", *words]:
            told = {"words": words, "parcel": os.environ.get("PARCEL"), "folder": str(Path.cwd()), "warm": warm}
            print(json.dumps(told | {"parent": os.getppid(), "group": os.getpgrp(), "pid": os.getpid()}), flush=True)
        case ["write", descriptor]:
            os.write(int(descriptor), b"from a copy")
        case ["exit", code]:
            sys.exit(int(code))
        case _:
            time.sleep(300)


main()
