"""The playground's scripts, each alone in a page."""

import pytest

from tests.site.playground.assets import ASSETS


@pytest.fixture(scope="module")
def model(browser):
    """Call a function of model.js, in a page that has nothing else."""
    page = browser.new_page()
    page.add_script_tag(path=ASSETS / "model.js")
    yield lambda name, *given: page.evaluate(f"given => UnblockedPlayground.{name}(...given)", list(given))
    page.close()


@pytest.fixture(scope="module")
def drawn(browser):
    """Read values of picture.js."""
    page = browser.new_page()
    for name in ("model", "picture"):
        page.add_script_tag(path=ASSETS / f"{name}.js")
    yield lambda expression: page.evaluate(f"(() => {{ const pg = UnblockedPlayground; return {expression}; }})()")
    page.close()
