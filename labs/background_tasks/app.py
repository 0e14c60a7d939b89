"""Parcel's invoices, payments and label files: what goes on after the answer, each fault beside what mends it."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, ParamSpec

import httpx
import requests
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse
from starlette.background import BackgroundTask

from labs.background_tasks.jobs import Full, Job, Jobs, Progress
from labs.background_tasks.promises import Promises
from labs.background_tasks.settings import settings
from labs.parcel_sdk import draw_label
from labs.pool import Lease, NoLease, Pool

P = ParamSpec("P")
LARGEST = 100_000
"""Bytes of a label file, with the form around it."""

log = logging.getLogger("parcel")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Make once what lives as long as the app; at the end, wait for what was promised."""
    app.state.jobs = Jobs(most=settings.most_jobs, keep=settings.keep_jobs)
    app.state.promises = Promises()
    with TemporaryDirectory(prefix="parcel-") as folder:
        app.state.folder = Path(folder)
        async with (
            httpx.AsyncClient(base_url=settings.carriers_url, timeout=30) as app.state.mail,
            Pool(size=settings.leases, timeout=settings.lease_timeout) as app.state.ledger,
        ):
            yield
            await app.state.promises.keep(within=settings.grace)  # before its clients are closed


async def get_mail(request: Request) -> httpx.AsyncClient:
    """Give the client that the lifespan made."""
    mail: httpx.AsyncClient = request.app.state.mail
    return mail


async def get_ledger(request: Request) -> Pool:
    """Give the ledger's pool of leases."""
    ledger: Pool = request.app.state.ledger
    return ledger


async def get_jobs(request: Request) -> Jobs:
    """Give the jobs of this process."""
    jobs: Jobs = request.app.state.jobs
    return jobs


async def get_promises(request: Request) -> Promises:
    """Give the promises of this process."""
    promises: Promises = request.app.state.promises
    return promises


async def get_folder(request: Request) -> Path:
    """Give the folder for label files."""
    folder: Path = request.app.state.folder
    return folder


Mail = Annotated[httpx.AsyncClient, Depends(get_mail)]
Ledger = Annotated[Pool, Depends(get_ledger)]
KnownJobs = Annotated[Jobs, Depends(get_jobs)]
Promised = Annotated[Promises, Depends(get_promises)]
Folder = Annotated[Path, Depends(get_folder)]
app = FastAPI(title="Parcel", lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that the service is alive."""
    return {"ok": True}


@app.post("/scans/{parcel}")
async def scan(parcel: int) -> dict[str, int]:
    """Note that a parcel has passed a scanner: answered at once."""
    return {"parcel": parcel}


@app.post("/weights/{parcel}")
def weigh(parcel: int) -> dict[str, int]:
    """Note what a parcel weighs: a `def` route, which needs a thread for a moment."""
    return {"parcel": parcel}


# Invoices: who sends the letters, when, and where?


async def send(mail: httpx.AsyncClient, to: str, parcel: int) -> None:
    """Have the mail server deliver a parcel's invoice; it takes its time."""
    (await mail.post(f"/mail/{to}/{parcel}")).raise_for_status()


async def send_blocking(to: str, parcel: int) -> None:
    """Do the same with a client that cannot be awaited."""
    requests.post(f"{settings.carriers_url}/mail/{to}/{parcel}", timeout=30).raise_for_status()


def send_def(to: str, parcel: int) -> None:
    """Do the same in a worker thread: a background task that is `def` runs in one."""
    requests.post(f"{settings.carriers_url}/mail/{to}/{parcel}", timeout=30).raise_for_status()


@app.post("/invoices/inline/{parcel}")
async def invoice_inline(parcel: int, mail: Mail) -> dict[str, int]:
    """Send an invoice, and then answer."""
    await send(mail, "customer", parcel)
    return {"invoice": parcel}


@app.post("/invoices/background/{parcel}")
async def invoice_background(parcel: int, mail: Mail, tasks: BackgroundTasks) -> dict[str, int]:
    """Answer, and then send the invoice."""
    tasks.add_task(send, mail, "customer", parcel)  # runs once the answer is out
    return {"invoice": parcel}


@app.post("/invoices/three/{parcel}")
async def invoice_three(parcel: int, mail: Mail, tasks: BackgroundTasks) -> dict[str, int]:
    """Answer, and then send three letters."""
    tasks.add_task(send, mail, "customer", parcel)
    tasks.add_task(send, mail, "accounts", parcel)
    tasks.add_task(send, mail, "archive", parcel)
    return {"invoice": parcel}


@app.post("/invoices/blocking/{parcel}")
async def invoice_blocking(parcel: int, tasks: BackgroundTasks) -> dict[str, int]:
    """Answer, and then keep the event loop's only thread."""
    tasks.add_task(send_blocking, "customer", parcel)
    return {"invoice": parcel}


@app.post("/invoices/def/{parcel}")
async def invoice_def(parcel: int, tasks: BackgroundTasks) -> dict[str, int]:
    """Answer, and then take a worker thread."""
    tasks.add_task(send_def, "customer", parcel)
    return {"invoice": parcel}


# Failures: who hears of them, and what becomes of the other letters?


@app.post("/invoices/refused/{parcel}")
async def invoice_refused(parcel: int, mail: Mail, tasks: BackgroundTasks) -> dict[str, int]:
    """Plan a letter, and then find that there is no such parcel."""
    tasks.add_task(send, mail, "customer", parcel)
    raise HTTPException(404, "There is no such parcel.")


@app.post("/invoices/replaced/{parcel}")
async def invoice_replaced(parcel: int, mail: Mail, tasks: BackgroundTasks) -> JSONResponse:
    """Plan a letter, and then return a response that has a task of its own."""
    tasks.add_task(send, mail, "customer", parcel)
    own = BackgroundTask(send, mail, "archive", parcel)
    return JSONResponse({"invoice": parcel}, background=own)


async def attempt(task: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs) -> None:
    """Do a task; if it fails, say so in the log, and let the next one begin."""
    try:
        await task(*args, **kwargs)
    except Exception:
        log.exception("a task failed")


@app.post("/invoices/attempted/{parcel}")
async def invoice_attempted(parcel: int, mail: Mail, tasks: BackgroundTasks) -> dict[str, int]:
    """Answer, and then send three letters, each whatever becomes of the others."""
    for to in ("customer", "accounts", "archive"):
        tasks.add_task(attempt, send, mail, to, parcel)
    return {"invoice": parcel}


# Payments: whose lease does a task write with?


async def lend_lease(parcel: int, ledger: Ledger) -> AsyncGenerator[Lease]:
    """Lend a lease of the ledger to a request."""
    async with ledger.acquire(f"payment {parcel}") as lease:
        yield lease


UntilTheEnd = Annotated[Lease, Depends(lend_lease)]
UntilTheAnswer = Annotated[Lease, Depends(lend_lease, scope="function")]


async def write(lease: Lease, entry: str) -> None:
    """Write an entry, and have the ledger keep it."""
    await lease.write(entry)
    await lease.commit()


async def send_receipt(mail: httpx.AsyncClient, lease: Lease, parcel: int) -> None:
    """Send a receipt, and write so with the lease of the request."""
    await send(mail, "customer", parcel)
    await write(lease, f"receipt {parcel}: sent")


@app.post("/payments/lent/{parcel}")
async def payment_lent(parcel: int, lease: UntilTheEnd, mail: Mail, tasks: BackgroundTasks) -> dict[str, int]:
    """Take a payment, and lend the request's lease to a task."""
    await write(lease, f"payment {parcel}: taken")
    tasks.add_task(send_receipt, mail, lease, parcel)
    return {"payment": parcel}


@app.post("/payments/leaked/{parcel}")
async def payment_leaked(parcel: int, lease: UntilTheAnswer, mail: Mail, tasks: BackgroundTasks) -> dict[str, int]:
    """Take a payment, and lend a task the lease that is given back before the answer."""
    await write(lease, f"payment {parcel}: taken")
    tasks.add_task(send_receipt, mail, lease, parcel)
    return {"payment": parcel}


async def send_receipt_and_then_write(mail: httpx.AsyncClient, ledger: Pool, parcel: int) -> None:
    """Send a receipt, and write so with a lease of its own."""
    await send(mail, "customer", parcel)
    async with ledger.acquire(f"receipt {parcel}") as lease:  # only now, and only to write
        await write(lease, f"receipt {parcel}: sent")


@app.post("/payments/own/{parcel}")
async def payment_own(
    parcel: int, lease: UntilTheAnswer, ledger: Ledger, mail: Mail, tasks: BackgroundTasks
) -> dict[str, int]:
    """Take a payment, and let the task acquire its own lease."""
    await write(lease, f"payment {parcel}: taken")
    tasks.add_task(send_receipt_and_then_write, mail, ledger, parcel)
    return {"payment": parcel}


@app.get("/leases")
async def leases(ledger: Ledger) -> dict[str, int | list[str]]:
    """Say who holds the ledger's leases."""
    return {"out": ledger.out, "peak": ledger.peak, "holders": ledger.holders}


@app.exception_handler(NoLease)
async def refuse(_: Request, error: NoLease) -> JSONResponse:
    """Answer 503 to whoever found no lease."""
    return JSONResponse({"detail": str(error)}, status_code=503)


# Label files: uploaded, printed after the answer, and followed meanwhile.


async def begin_job(jobs: KnownJobs) -> AsyncGenerator[Job]:
    """Begin a job; if its request or a task of it fails, so has the job."""
    job = jobs.begin()
    try:
        yield job
    except BaseException:
        jobs.end(job, "failed")
        raise


NewJob = Annotated[Job, Depends(begin_job)]


@app.post("/label-files", status_code=202, max_body_size=LARGEST)
async def take_label_file(
    upload: UploadFile, job: NewJob, jobs: KnownJobs, folder: Folder, mail: Mail, tasks: BackgroundTasks
) -> Progress:
    """Take a file with a parcel a line, answer with a job, and then draw a label for each."""
    path = folder / job.progress.id
    await run_in_threadpool(keep, upload, path)  # a file of our own: the upload ends with its request
    tasks.add_task(print_labels, path, job, jobs, mail)
    return job.progress


def keep(upload: UploadFile, path: Path) -> None:
    """Copy an upload to a file, piece by piece."""
    with path.open("wb") as own:
        shutil.copyfileobj(upload.file, own)


async def print_labels(path: Path, job: Job, jobs: Jobs, mail: httpx.AsyncClient) -> None:
    """Draw the labels of a file, and notify the customer at the end, whatever it is."""
    try:
        text = await run_in_threadpool(path.read_text)
        await draw_all(text.split(), job)
        jobs.end(job, "done")
    except Exception:
        log.exception("job %s failed", job.progress.id)
        jobs.end(job, "failed")
    finally:
        path.unlink()
    await attempt(notify, mail, job.progress)


async def draw_all(parcels: Sequence[str | bytes], job: Job) -> None:
    """Draw one label after the other, and tell how far the job is."""
    job.tell(state="working", total=len(parcels))
    for done, parcel in enumerate(parcels, start=1):
        await run_in_threadpool(draw_label, int(parcel))
        job.tell(done=done)


async def notify(mail: httpx.AsyncClient, progress: Progress) -> None:
    """Tell the customer that a job is over."""
    (await mail.post(f"/mail/notices/{progress.state}", json=progress.model_dump())).raise_for_status()


async def find_job(job_id: str, jobs: KnownJobs) -> Job:
    """Give the job that is asked for, or answer 404."""
    job = jobs.get(job_id)
    if job is None:
        raise HTTPException(404, "This process knows no such job.")
    return job


FoundJob = Annotated[Job, Depends(find_job)]


@app.get("/jobs/{job_id}")
async def read_job(job: FoundJob) -> Progress:
    """Say how far a job is."""
    return job.progress


@app.get("/jobs/{job_id}/events", response_class=EventSourceResponse)
async def follow_job(job: FoundJob) -> AsyncIterable[Progress]:
    """Say how far a job is, now and after every change, until it is over."""
    async for progress in job.follow():
        yield progress


@app.exception_handler(Full)
async def put_off(_: Request, __: Full) -> JSONResponse:
    """Answer 503 to whoever brings one job too many."""
    return JSONResponse({"detail": "Too many jobs are under way."}, status_code=503)


async def print_upload(upload: UploadFile, job: Job, jobs: Jobs, mail: httpx.AsyncClient) -> None:
    """Confirm an upload, and only then read it and draw its labels."""
    try:
        await notify(mail, job.progress)
        await draw_all((await upload.read()).split(), job)
        jobs.end(job, "done")
    except Exception:
        log.exception("job %s failed", job.progress.id)
        jobs.end(job, "failed")


@app.post("/label-files/lent", status_code=202, max_body_size=LARGEST)
async def lend_upload(upload: UploadFile, job: NewJob, jobs: KnownJobs, mail: Mail, tasks: BackgroundTasks) -> Progress:
    """Lend an upload to a background task."""
    tasks.add_task(print_upload, upload, job, jobs, mail)
    return job.progress


@app.post("/label-files/dropped", status_code=202, max_body_size=LARGEST)
async def drop_upload(upload: UploadFile, job: NewJob, jobs: KnownJobs, mail: Mail) -> Progress:
    """Lend an upload to a task that the request does not wait for."""
    asyncio.create_task(print_upload(upload, job, jobs, mail))  # noqa: RUF006  # that is the fault
    return job.progress


# Shutdown: what does it wait for?


@app.post("/invoices/dropped/{parcel}")
async def invoice_dropped(parcel: int, mail: Mail) -> dict[str, int]:
    """Start a letter, and forget it."""
    asyncio.create_task(send(mail, "customer", parcel))  # noqa: RUF006  # nobody keeps it, nobody waits for it
    return {"invoice": parcel}


@app.post("/invoices/promised/{parcel}")
async def invoice_promised(parcel: int, mail: Mail, promises: Promised) -> dict[str, int]:
    """Start a letter, and keep it until it is sent."""
    promises.make(send(mail, "customer", parcel))
    return {"invoice": parcel}
