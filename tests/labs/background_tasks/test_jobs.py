"""The registry of jobs: what it forgets, when it is full, and what a follower sees."""

import asyncio

import pytest

from labs.background_tasks.jobs import Full, Jobs


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def names(jobs, *asked):
    return [jobs.get(job.progress.id) is not None for job in asked]


def test_job_that_is_over_is_forgotten_after_a_while():
    clock = Clock()
    jobs = Jobs(most=10, keep=600, clock=clock)
    over, under_way = jobs.begin(), jobs.begin()
    jobs.end(over, "done")
    clock.now = 599
    assert names(jobs, over, under_way) == [True, True]
    clock.now = 600
    assert names(jobs, over, under_way) == [False, True]
    assert len(jobs) == 1


def test_full_registry_forgets_what_was_over_first():
    clock = Clock()
    jobs = Jobs(most=2, keep=600, clock=clock)
    first, second = jobs.begin(), jobs.begin()
    with pytest.raises(Full):
        jobs.begin()
    clock.now = 1
    jobs.end(second, "done")
    clock.now = 2
    jobs.end(first, "failed")
    third = jobs.begin()
    assert names(jobs, first, second, third) == [True, False, True]


def test_follower_misses_no_end():
    async def followed():
        jobs = Jobs(most=1, keep=600)
        job = jobs.begin()
        seen = []
        async for progress in job.follow():
            seen.append((progress.state, progress.done))
            if len(seen) == 1:
                job.tell(state="working", total=2)
                job.tell(done=1)
                jobs.end(job, "done")
        return seen

    assert asyncio.run(followed()) == [("waiting", 0), ("done", 1)]
