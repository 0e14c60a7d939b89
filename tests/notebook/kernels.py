"""A real kernel, as JupyterLab starts one, and what its cells show."""

import os
import runpy
from contextlib import contextmanager

from jupyter_client.manager import KernelManager
from traitlets.config import Config

from tests.conftest import COURSE

SETTINGS = COURSE / "unblocked" / "notebook" / "environment"


class Kernel:
    """Runs cells and keeps what they showed."""

    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    def run(self, code: str) -> "Shown":
        messages: list[dict] = []
        reply = self.client.execute_interactive(code, timeout=120, output_hook=messages.append)
        return Shown(reply["content"]["status"], messages, reply["content"].get("payload", []))

    def restart(self) -> None:
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=60)


class Shown:
    """What one cell showed."""

    def __init__(self, status: str, messages: list[dict], payload: list[dict]):
        self.status = status
        self.payload = payload
        self.kinds = [m["msg_type"] for m in messages if "data" in m["content"]]
        self.data = [m["content"]["data"] for m in messages if "data" in m["content"]]
        self.errors = [m["content"]["evalue"] for m in messages if m["msg_type"] == "error"]

    @property
    def text(self) -> str:
        return "\n".join(data["text/plain"] for data in self.data)

    @property
    def html(self) -> str:
        return "\n".join(data.get("text/html", "") for data in self.data)


def given_by(file) -> Config:
    """Read settings as Jupyter does: one of those that the environment brings."""
    config = Config()
    runpy.run_path(str(SETTINGS / file), init_globals={"get_config": lambda: config})
    return config


def talking_in(folder) -> Config:
    """Have a kernel talk through sockets in a folder: the ports that Jupyter finds free are another test's next."""
    return Config(KernelManager={"transport": "ipc", "connection_file": str(folder / "kernel.json")})


@contextmanager
def kernel(workspace, specs=None):
    """Start a kernel in a folder; by the commands of `specs`, a `KernelSpecManager`, if given."""
    env = os.environ | {"UNBLOCKED_WORKSPACE": str(workspace), "IPYTHONDIR": str(workspace / "ipython")}
    workspace.mkdir(parents=True, exist_ok=True)
    manager = KernelManager(config=talking_in(workspace), **{"kernel_spec_manager": specs} if specs else {})
    manager.start_kernel(env=env, cwd=str(workspace))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
