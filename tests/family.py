"""The processes that a test has started; some end while it looks at them."""

import psutil


def words_of(process: psutil.Process) -> str:
    """Give its command line; nothing, if it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def family_of(pid: int | None = None) -> dict[psutil.Process, str]:
    """Give the command line of each that descends from a process, or from this one."""
    return {each: words_of(each) for each in psutil.Process(pid).children(recursive=True)}


def joined_since(before: dict[psutil.Process, str], word: str) -> list[str]:
    """Give the command lines that have this word, of those who were not in the family before."""
    return [words for process, words in family_of().items() if process not in before and word in words]
