"""Labels and sheets, and quick work that stands behind slow work."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from labs.celery_queue.drawing import drawn, joined
from tests.server.asking import get, post
from tests.waiting import FAR, until


def opened(data):
    image = Image.open(BytesIO(data))
    assert image.format == "PNG"
    return image


def same(one, other):
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


def test_label_is_small_and_that_of_its_parcel():
    assert opened(drawn(7)).size == (200, 100)
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


@pytest.mark.parametrize(("labels", "size"), [(0, (1000, 100)), (1, (1000, 100)), (5, (1000, 100)), (6, (1000, 200))])
def test_five_labels_are_a_row(labels, size):
    assert opened(joined([drawn(1)] * labels)).size == size


def test_sheet_of_the_lab_has_all_labels_in_their_order(parcel):
    sheet = post(f"{parcel.url}/sheets/7").json()["sheet"]
    parcel.wait_for_tasks(within=FAR)
    assert [task.name for task in parcel.tasks()[-8:]] == ["draw_label"] * 7 + ["join_labels"]
    assert parcel.tasks()[-1].id == sheet
    answer = get(f"{parcel.url}/sheets/{sheet}")
    assert answer.headers["content-type"] == "image/png"
    image = opened(answer.content)
    for n in range(7):
        left, top = n % 5 * 200, n // 5 * 100
        assert same(image.crop((left, top, left + 200, top + 100)), opened(drawn(n + 1)))


def test_sheet_that_is_not_there_yet(parcel):
    answer = get(f"{parcel.url}/sheets/no-such-thing")
    assert (answer.status_code, answer.json()) == (202, {"state": "PENDING"})


# Slow and quick work.


def test_quick_work_waits_unless_it_has_a_queue_and_a_worker_of_its_own(parcel, broker, carriers):
    carriers.hold("/planner/*")
    for n in range(6):
        assert post(f"{parcel.url}/tours/{n}").status_code == 202
    assert carriers.wait_for(2)
    behind = post(f"{parcel.url}/confirmations/1").json()["task"]
    beside = post(f"{parcel.url}/confirmations/2?to=quick").json()["task"]
    assert (broker.llen("celery"), broker.llen("quick")) == (5, 1)  # a queue alone is not enough
    parcel.hire("express", concurrency=1, queues=["quick"])
    until(lambda: states(parcel)[beside] == "SUCCESS", "it is confirmed")
    assert states(parcel)[behind] == ""
    assert (broker.llen("celery"), carriers.in_flight) == (5, 2)
    for n in range(6):  # first come, first served
        until(lambda n=n: len(carriers.asked("/planner/*")) == min(6, n + 2), "the next one begins")
        carriers.release(1)
    carriers.mend()
    parcel.wait_for_tasks(within=FAR)
    assert {call.path for call in carriers.asked("/planner/*")} == {f"/planner/tours/{n}" for n in range(6)}
    ended = {task.id: task.stretches[-1].end for task in parcel.tasks()[-8:]}
    assert ended[behind] > min(ended.values())


def states(parcel):
    return {task.id: task.state for task in parcel.tasks()}
