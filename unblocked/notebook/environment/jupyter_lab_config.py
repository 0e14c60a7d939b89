"""JupyterLab as a course room. Read by every JupyterLab of the environment, also by a plain `jupyter lab`."""

import contextlib
import logging
from pathlib import Path
from typing import Any

import zmq

from unblocked.faults import Fault
from unblocked.workspace.folder import course, workspace
from unblocked.workspace.notebooks import prepare


def without_twins(_: object, page: dict[str, Any]) -> dict[str, Any]:
    """Leave out what offers to pair a notebook with a text file: a notebook of the course stays one file."""
    extensions = page.get("federated_extensions", [])
    return page | {"federated_extensions": [one for one in extensions if one["name"] != "jupyterlab-jupytext"]}


c = get_config()  # noqa: F821  # given by JupyterLab

# Nothing asks the network: no news, no search for updates or extensions.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"

# No warnings that a learner cannot act on: to rebuild JupyterLab, kernels without encryption, root in a container, ...
c.ServerApp.tornado_settings = {
    "page_config_data": {"buildAvailable": False, "buildCheck": False},
    "page_config_hook": without_twins,
    "ws_ping_interval": 30_000,
    "ws_ping_timeout": 30_000,
}
c.KernelSpecManager.kernel_spec_class = "unblocked.notebook.kernels.Spec"
c.KernelManager.transport_encryption = "auto" if zmq.has("curve") else "disabled"
c.ServerApp.allow_root = True
logging.getLogger("ServerApp").addFilter(lambda record: "is not trusted" not in str(record.msg))

if Path.cwd().resolve() == course():
    c.LabApp.workspaces_dir = str(workspace() / ".jupyterlab")  # not the tabs of the learner's other projects
    with contextlib.suppress(Fault):  # then it opens at its launcher; `python3 -m unblocked start` says what is wrong
        first = [notebook for notebook in prepare() if notebook.is_relative_to(course())][:1]
        for notebook in first:
            c.LabApp.default_url = f"/lab/tree/{notebook.relative_to(course()).as_posix()}"
