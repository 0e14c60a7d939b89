"""Each thing that goes wrong while installing, in the words of both installers, gets one message with its mend."""

import errno
import os
import sys

import pytest

from unblocked.bootstrap import trouble

UV_NO_NETWORK = """\
error: Request failed after 3 retries in 4.1s
  cause: Failed to fetch: `https://index.example/simple/watchdog/`
  cause: error sending request for url (https://index.example/simple/watchdog/)
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)"""
PIP_NO_NETWORK = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None)) after connection broken by 'NewConnectionError(
'<HTTPConnection object at 0x7f9d>: Failed to establish a new connection: [Errno 111] Connection refused')': /uv/
ERROR: Could not find a version that satisfies the requirement uv (from versions: none)"""
PIP_NO_PROXY = "after connection broken by 'ProxyError('Cannot connect to proxy.', ...)': /simple/uv/"
UV_NO_NAME = "  cause: dns error\n  cause: failed to lookup address information: Name or service not known"
MAC_NO_NAME = "failed to lookup address information: nodename nor servname provided, or not known"
UV_CERTIFICATE = "  cause: client error (Connect)\n  cause: invalid peer certificate: UnknownIssuer"
PIP_CERTIFICATE = "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"
UV_FULL = "error: Failed to install: jupyterlab-4.6.6\n  cause: No space left on device (os error 28)"
PIP_FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
UV_LOCKED = "  cause: failed to create directory: Read-only file system (os error 30)"
ONLY_UV = "error: No solution found when resolving dependencies: no wheel for this platform"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (UV_NO_NETWORK, "Connection refused"),
        (PIP_NO_NETWORK, "Connection refused"),
        (PIP_NO_PROXY, "Cannot connect to proxy"),
        (UV_NO_NAME, "Name or service not known"),
        (MAC_NO_NAME, "nodename nor servname"),
    ],
)
def test_no_network(course, text, why):
    fault = trouble.said(text, course=course.folder)
    assert isinstance(fault, trouble.Network)
    assert fault.message == (
        f"No network: the packages could not be fetched ({why}). Connect this computer to the internet (behind a "
        "proxy: set `HTTPS_PROXY` to its address), then run the same command again: it goes on where it stopped."
    )


@pytest.mark.parametrize("text", [UV_CERTIFICATE, PIP_CERTIFICATE])
def test_a_certificate_that_is_not_trusted(course, text):
    fault = trouble.said(text, course=course.folder)
    assert isinstance(fault, trouble.Network)
    assert "a certificate that this computer does not trust" in fault.message
    assert "`SSL_CERT_FILE`" in fault.message


@pytest.mark.parametrize("text", [UV_FULL, PIP_FULL])
def test_no_space(course, text):
    fault = trouble.said(text, course=course.folder)
    assert fault is not None
    assert fault.message.startswith("No space left: the course needs about 500 MB")
    assert fault.message.endswith("Free some space, then run the same command again: it goes on where it stopped.")


def test_a_folder_that_cannot_be_written_to(course):
    fault = trouble.said(UV_LOCKED, course=course.folder)
    assert fault is not None
    assert fault.message == (
        f"The course folder `{course.folder}` cannot be written to (Read-only file system). Copy it to a place of your "
        f"own, for example `cp -r '{course.folder}' ~/unblocked && chmod -R u+w ~/unblocked`, and run the command "
        "there."
    )


def test_what_another_installer_may_mend_is_not_recognised(course):
    assert trouble.said(ONLY_UV, course=course.folder) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "No space left"),
        (errno.EDQUOT, "No space left"),
        (errno.EROFS, "cannot be written to (Read-only file system)"),
        (errno.EACCES, "cannot be written to (Permission denied)"),
        (errno.EEXIST, "A file named `.venv` is in the way"),
        (errno.EIO, "`.venv` could not be made"),
    ],
)
def test_what_the_system_says(course, number, words):
    fault = trouble.operating_system(OSError(number, os.strerror(number)), course=course.folder)
    assert words in fault.message


def test_debian_without_venv(bin_folder, monkeypatch):
    (bin_folder / "apt-get").symlink_to("/bin/sh")
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    monkeypatch.setattr(sys, "executable", "/opt/python3.12")
    assert trouble.no_venv().message == (
        "This Python 3.12 (`/opt/python3.12`) lacks the modules that make an environment (`venv`, `ensurepip`). "
        "Run `sudo apt install python3.12-venv`, then the same command again."
    )


def test_the_systems_own_python_has_the_plain_package(bin_folder, monkeypatch):
    (bin_folder / "apt-get").symlink_to("/bin/sh")
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    assert "Run `sudo apt install python3-venv`, then" in trouble.no_venv().message


@pytest.mark.usefixtures("bin_folder")
def test_elsewhere_without_venv():
    assert "Install a complete Python" in trouble.no_venv().message
