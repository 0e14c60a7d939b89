"""What the site costs: how large each lesson's page is, how long it takes to build, and to run the lessons anew.

Run `python benchmarks/site.py`. It leaves the runs that were kept as they were.
"""

import argparse
import gzip
import re
import shutil
import tempfile
import time
from pathlib import Path

from unblocked.course import course
from unblocked.lessons import source
from unblocked.site import building, generated, places, runs

PAGE, BUILD, ANEW = 60, 20, 180
"""What is wanted at most: kB of HTML as a server sends it, seconds from kept runs, seconds to run lessons 00 to 02."""


def packed(page: Path) -> int:
    """Give the bytes of a file as a server sends it, packed at its usual level."""
    return len(gzip.compress(page.read_bytes(), compresslevel=6))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kept", action="store_true", help="do not run the lessons anew")
    if not parser.parse_args().kept:
        run_anew()
    build()


def run_anew() -> None:
    """Run the first three lessons in a copy, so that what was kept stays."""
    lessons = source.lessons()
    others = {lesson.slug: lesson for lesson in lessons}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "course"
        shutil.copytree(course(), copy, ignore=shutil.ignore_patterns(".*", "site", "docs", "workspace"))
        begun = time.perf_counter()
        for lesson in lessons[:3]:
            start = time.perf_counter()
            runs.of(lesson, others=others, course=copy)
            print(f"running {lesson.name}: {time.perf_counter() - start:.1f} s")
        print(f"running lessons 00 to 02 anew: {time.perf_counter() - begun:.1f} s, at most {ANEW} s are wanted")


def build() -> None:
    """Build the site from kept runs; what is not kept is run first, and not counted."""
    generated.texts(course())
    with tempfile.TemporaryDirectory() as folder:
        docs, site = Path(folder) / "docs", Path(folder) / "site"
        shutil.copytree(course() / "docs", docs, ignore=shutil.ignore_patterns(*places.GENERATED))
        begun = time.perf_counter()
        generated.write(generated.texts(course()), docs)
        building.build(course(), docs=docs, site=site)
        print(f"whole site from kept runs: {time.perf_counter() - begun:.1f} s, at most {BUILD} s are wanted")
        for page in sorted(site.glob("lessons/*.html")):
            sent, whole = packed(page) / 1000, page.stat().st_size / 1000
            drawn = [page.parent / name for name in re.findall(r'data-drawing="([^"]+)"', page.read_text())]
            print(f"{page.name}: {sent:.0f} kB as it is sent, at most {PAGE} kB are wanted; unpacked {whole:.0f} kB")
            apart, all_of_it = sum(map(packed, drawn)) / 1000, sum(path.stat().st_size for path in drawn) / 1000
            print(f"  its {len(drawn)} drawings, which come later: {apart:.0f} kB; unpacked {all_of_it:.0f} kB")
        total = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
        print(f"whole site: {total / 1e6:.1f} MB on disk, {sum(1 for _ in site.rglob('*.html'))} pages")


if __name__ == "__main__":
    main()
