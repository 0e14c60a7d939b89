"""Makes the README's picture of a real run: five customers at once, before and after one changed word.

python -m benchmarks.picture
"""

from pathlib import Path

from unblocked import load, serve, upstream
from unblocked.drawing import standalone_svg
from unblocked.grading import Exercise

PLACE = Path(__file__).parents[1] / "docs" / "pictures" / "five_customers.svg"


def main() -> None:
    upstream(latency=0.5)
    exercise = Exercise.find("other_requests_keep_moving")
    with serve("start_here") as broken:
        before = load(broken, "/quotes/{n}", n=5, title="async def, and a call that blocks")
    with serve(str(exercise.solution)) as mended:
        after = load(mended, "/quotes/{n}", n=5, title="def: one word changed")
    PLACE.write_text(standalone_svg(after, beside=before, title="Five customers ask for a quote at the same moment"))
    print(f"{PLACE.relative_to(Path.cwd())}: slowest {before.slowest:.2f} s, then {after.slowest:.2f} s")


if __name__ == "__main__":
    main()
