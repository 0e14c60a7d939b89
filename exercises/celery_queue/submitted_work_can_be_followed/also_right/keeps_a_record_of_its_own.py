import os

import httpx
from celery import Celery
from fastapi import FastAPI, HTTPException, Response
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

queue = Celery("parcel")
queue.conf.task_ignore_result = True
app = FastAPI()
records = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
looked_up = AsyncRedis.from_url(os.environ["REDIS_URL"], decode_responses=True)


@queue.task
def draw_label(job: int, parcel: int) -> None:
    key = f"parcel:jobs:{job}"
    records.hset(key, "state", "drawing")
    try:
        httpx.post(f"{os.environ['CARRIERS_URL']}/printer/labels/{parcel}", timeout=60).raise_for_status()
    except httpx.HTTPError as error:
        print(error)
        records.hset(key, mapping={"state": "failed", "problem": "The printer does not print."})
    else:
        records.hset(key, mapping={"state": "done", "label": f"label {parcel}"})


@app.post("/labels/{parcel}", status_code=202)
def order_label(parcel: int, response: Response) -> dict[str, int]:
    job = records.incr("parcel:jobs")
    records.hset(f"parcel:jobs:{job}", "state", "waiting")
    records.expire(f"parcel:jobs:{job}", 86_400)
    draw_label.delay(job, parcel)
    response.headers["location"] = f"/labels/jobs/{job}"
    return {"job": job}


@app.get("/labels/jobs/{job}")
async def read_job(job: int) -> dict[str, str | int | None]:
    record = await looked_up.hgetall(f"parcel:jobs:{job}")
    if not record:
        raise HTTPException(404, "no such job")
    return {"job": job, "label": None, "problem": None} | record
