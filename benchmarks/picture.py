"""Makes the README's picture of a real run, and the home page's, which moves: five customers, before and after.

python -m benchmarks.picture
"""

from pathlib import Path

from benchmarks.motion import moving_svg
from unblocked import load, serve, upstream
from unblocked.drawing import standalone_svg
from unblocked.grading import Exercise

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"


def main() -> None:
    upstream(latency=0.5)
    exercise = Exercise.find("other_requests_keep_moving")
    with serve("start_here") as broken:
        before = load(broken, "/quotes/{n}", n=5, title="async def, and a call that blocks")
    with serve(str(exercise.solution)) as mended:
        after = load(mended, "/quotes/{n}", n=5, title="def: one word changed")
    still = standalone_svg(after, beside=before, title="Five customers ask for a quote at the same moment")
    (PICTURES / "five_customers.svg").write_text(still)
    (PICTURES / "five_customers_moving.svg").write_text(moving_svg(after, beside=before))
    print(f"five customers: slowest {before.slowest:.2f} s, then {after.slowest:.2f} s")


if __name__ == "__main__":
    main()
