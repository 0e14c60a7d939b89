"""The site builds without a warning and loads nothing from elsewhere."""

import os
import re
import subprocess
import sys


def test_site_builds_and_stays_at_home(tmp_path):
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(build, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "index.html").read_text()
    assert "lesson 00, which takes 20 minutes" in page
    loaded = re.findall(r"<(?:script|img|link)[^>]+(?:src|href)=\"?([^\">\s]+)", page)
    assert [address for address in loaded if re.match(r"(https?:)?//", address)] == []
