"""JupyterLab as a process: how it is started for the course, and when it answers."""

from __future__ import annotations

import http.client
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from unblocked.faults import Fault
from unblocked.notebook import codespace
from unblocked.processes import Child, keeper
from unblocked.processes.awake import Awake
from unblocked.workspace.folder import course, make_folder, workspace

_LAB = """\
import sys
sys.modules["rfc3987_syntax"] = None
from jupyterlab.labapp import main
main()
"""
"""Starts JupyterLab without a grammar of web addresses: it checks one optional format, and takes half of the start."""

_NOT_NEEDED = {"jupyterlab_jupytext": False, "notebook_shim": False}
"""Parts of the server that cost time at every start; a notebook of the course stays one file, with no twin in text."""

_PATIENCE = 120.0
"""Seconds after which a JupyterLab that neither answers nor ends is given up."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the room is.

    Attributes:
        root: the folder that JupyterLab shows.
        notebook: the notebook it opens, inside that folder.
        port: its port, on this computer only; a codespace forwards it.
        token: what a browser must know to be let in.

    """

    root: Path
    notebook: Path
    port: int
    token: str

    @property
    def url(self) -> str:
        """The address for a browser."""
        path = quote(self.notebook.relative_to(self.root).as_posix())
        forwarded = codespace.host(self.port)
        origin = f"https://{forwarded}" if forwarded else f"http://127.0.0.1:{self.port}"
        return f"{origin}/lab/tree/{path}?token={self.token}"


def start(address: Address) -> Child:
    """Start it; it does not answer yet."""
    options = [
        "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={address.port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={address.root}",
        f"--ServerApp.jpserver_extensions={_NOT_NEEDED}",
        f"--LabApp.user_settings_dir={_own() / 'settings'}",
        "--LanguageServerManager.autodetect=False",  # it runs `npm`, which writes into the home folder
        *codespace.options(address.port),
    ]
    # The token goes through the environment: other users of the computer could read it in a list of processes.
    env = os.environ | _folders() | {"JUPYTER_TOKEN": address.token, "JUPYTER_PREFER_ENV_PATH": "1"}
    argv = [sys.executable, "-P", "-c", _LAB, *options]
    return keeper().start(argv, name="jupyterlab", env=env, cwd=course(), grace=10)


def _own() -> Path:
    return workspace() / ".jupyterlab"


def _folders() -> dict[str, str]:
    """Give the settings by which JupyterLab and its kernels neither write into the learner's home folder nor obey it.

    What somebody has set up there for a JupyterLab of their own (a path, a certificate) would keep us from ours.
    """
    make_folder(_own())  # IPython would not make it, and use another
    runtime = keeper().folder / "jupyter"
    own = {"IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data"}
    return {name: str(_own() / folder) for name, folder in own.items()} | {"JUPYTER_RUNTIME_DIR": str(runtime)}


def wait_for(child: Child, address: Address, ending: threading.Event) -> None:
    """Watch until JupyterLab answers, or until we are told to end. Raises a `Fault` when it ends or never answers."""
    awake = Awake()
    while not ending.is_set():
        if child.wait(0.03) is not None or awake() > _PATIENCE:
            raise failed(child)
        if _answer(address) == http.HTTPStatus.OK:
            return


def _answer(address: Address) -> int | None:
    """Ask for the page itself, past any proxy; None for what another program says that has taken the port."""
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=5)
    try:
        connection.request("GET", "/lab", headers={"Authorization": f"token {address.token}"})
        answer = connection.getresponse()
        return answer.status if answer.getheader("Server", "").startswith("TornadoServer/") else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def failed(child: Child) -> Fault:
    """Make the fault for a JupyterLab that ended by itself, or never answered."""
    how = "does not answer" if child.code is None else f"ended by itself (exit code {child.code})"
    end = child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    return Fault("\n".join([f"JupyterLab {how}. The end of its log:", *(f"    {line}" for line in end)]))
