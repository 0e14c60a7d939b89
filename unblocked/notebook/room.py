"""The course room: JupyterLab at a lesson, from the command `start` until Ctrl-C."""

from __future__ import annotations

import errno
import http.client
import os
import secrets
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from unblocked.faults import Fault
from unblocked.notebook import codespace
from unblocked.processes import Child, keeper
from unblocked.processes.awake import Awake
from unblocked.workspace.folder import course, make_folder, workspace
from unblocked.workspace.notebooks import copy_of, prepare

_LAB = """\
import sys
sys.modules["rfc3987_syntax"] = None
from jupyterlab.labapp import main
main()
"""
"""Starts JupyterLab without a grammar of web addresses: it checks one optional format, and takes half of the start."""

_NOT_NEEDED = {"jupyterlab_jupytext": False, "notebook_shim": False}
"""Parts of the server that cost time at every start; a notebook of the course stays one file, with no twin in text."""

_TRIES = 3
"""Free ports that are tried: between looking for one and taking it, another program may."""

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


def stay(*, port: int | None = None, lesson: str | None = None, browser: bool = True) -> int:
    """Open the room, print its address, and stay until Ctrl-C or until it is shut down from inside.

    Args:
        port: where to listen; a free port if not given.
        lesson: slug or number of the lesson to open; the first if not given.
        browser: open the address in the learner's browser.

    Raises:
        Fault: no such lesson, the port is taken, or JupyterLab ends by itself.

    """
    address = _address(port=port, lesson=lesson)
    with _told_to_end() as ending:
        try:
            child, address = _opened(address, ending, ports=_TRIES if port is None else 1)
            if not ending.is_set():
                _welcome(address, browser=browser)
                _wait(child, ending)
        finally:
            keeper().close()
    _say_goodbye()
    return 0


def _opened(address: Address, ending: threading.Event, *, ports: int) -> tuple[Child, Address]:
    """Start JupyterLab and watch until it answers; at another port if a program has taken the free one meanwhile."""
    child = _start(address)
    try:
        _await(child, address, ending)
    except Fault:
        if ports == 1 or not _is_taken(address.port):
            raise
        return _opened(replace(address, port=_free(None)), ending, ports=ports - 1)
    return child, address


def _address(*, port: int | None, lesson: str | None) -> Address:
    copies = prepare(tell=lambda words: print(words, file=sys.stderr))
    notebook = copies[0] if copies and lesson is None else copy_of(lesson or 0)
    root = course() if notebook.is_relative_to(course()) else workspace()
    return Address(root=root, notebook=notebook, port=_free(port), token=secrets.token_hex(24))


def _free(port: int | None) -> int:
    """Find a free port, or see that the wanted one is."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port or 0))
        except OSError as error:
            raise _no_port(port, error) from error
        return int(probe.getsockname()[1])


def _is_taken(port: int) -> bool:
    try:
        _free(port)
    except Fault:
        return True
    return False


def _no_port(port: int | None, error: OSError) -> Fault:
    mend = "Leave out `--port`: `python3 -m unblocked start` takes a free one."
    if error.errno == errno.EADDRINUSE:
        return Fault(f"Port {port} is taken by another program. {mend}")
    return Fault(f"Port {port} cannot be used ({error.strerror}). {mend}")


def _start(address: Address) -> Child:
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
    return keeper().start([sys.executable, "-c", _LAB, *options], name="jupyterlab", env=env, cwd=course(), grace=10)


def _own() -> Path:
    return workspace() / ".jupyterlab"


def _folders() -> dict[str, str]:
    """Give the settings by which JupyterLab and its kernels write nothing into the learner's home folder."""
    make_folder(_own())  # IPython would not make it, and use another
    runtime = keeper().folder / "jupyter"
    folders = {"IPYTHONDIR": _own() / "ipython", "JUPYTER_DATA_DIR": _own() / "data", "JUPYTER_RUNTIME_DIR": runtime}
    return {name: str(folder) for name, folder in folders.items()}


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """Give the event that Ctrl-C, a closed terminal or a polite `kill` sets."""
    ending = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: ending.set()) for number in numbers}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _await(child: Child, address: Address, ending: threading.Event) -> None:
    """Watch until JupyterLab answers, or until we are told to end."""
    awake = Awake()
    while not ending.is_set():
        if child.wait(0.03) is not None or awake() > _PATIENCE:
            raise _failed(child)
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


def _welcome(address: Address, *, browser: bool) -> None:
    print(f"JupyterLab: {address.url}", flush=True)
    if browser and (sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"} & set(os.environ)):
        threading.Thread(target=webbrowser.open, args=(address.url,), daemon=True).start()


def _wait(child: Child, ending: threading.Event) -> None:
    while not ending.is_set():
        code = child.wait(0.2)
        if code == 0:  # File → Shut Down
            return
        if code is not None:
            raise _failed(child)


def _say_goodbye() -> None:
    with suppress(OSError):  # the terminal was closed, and that ended us
        where = workspace().relative_to(course()) if workspace().is_relative_to(course()) else workspace()
        said = f"JupyterLab has ended, and everything that it started. Your work is in `{where}`."
        print(f"\n{said}" if sys.stderr.isatty() else said, file=sys.stderr)  # a terminal has written `^C`


def _failed(child: Child) -> Fault:
    """Make the fault for a JupyterLab that ended by itself, or never answered."""
    how = "does not answer" if child.code is None else f"ended by itself (exit code {child.code})"
    end = child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    return Fault("\n".join([f"JupyterLab {how}. The end of its log:", *(f"    {line}" for line in end)]))
