"""A task is a message: what is in it, where it lies, and where its result is written."""

import json
from base64 import b64decode

import pytest
from celery import Celery
from kombu.exceptions import EncodeError

from tests.claims.celery_queue.conftest import outcome, told
from tests.waiting import until
from unblocked.backends.valkey import Valkey


def body(message):
    return json.loads(b64decode(message["body"]))


def test_message_has_a_name_and_arguments_as_json(office):
    task = office.send("early", 7)
    [message] = [json.loads(each) for each in office.client.lrange("celery", 0, -1)]
    headers = message["headers"]
    assert (message["content-type"], headers["task"], headers["id"]) == ("application/json", "early", task.id)
    assert [headers[name] for name in ("argsrepr", "retries", "eta", "expires")] == ["(7,)", 0, None, None]
    assert body(message)[:2] == [[7], {}]


def test_id_is_made_by_whoever_sends_it(office):
    assert office.send("early", 7, task_id="mine").id == "mine"
    assert json.loads(office.client.lindex("celery", 0))["headers"]["id"] == "mine"


@pytest.mark.parametrize("argument", [object(), print, open], ids=["object", "print", "open"])
def test_what_is_no_value_cannot_be_sent(office, argument):
    with pytest.raises(EncodeError, match="is not JSON serializable"):
        office.send("early", argument)
    assert office.lists() == (0, 0)


def test_messages_are_persistent_unless_told_otherwise(office):
    assert Celery().conf.task_default_delivery_mode == 2
    office.send("early", 7)
    assert json.loads(office.client.lindex("celery", 0))["properties"]["delivery_mode"] == 2


def test_result_is_written_where_results_are(shared, carriers):
    worker = shared.at("prefork")
    task = shared.send("early", 7, queue="prefork")
    assert outcome(task) == 7
    kept = json.loads(shared.client.get(f"celery-task-meta-{task.id}"))
    assert (kept["status"], kept["result"]) == ("SUCCESS", 7)
    [call] = carriers.asked("/errands/7")
    assert int(call.headers["process"]) != worker.pid


def test_worker_that_has_no_such_task_does_not_keep_the_message(shared):
    worker = shared.at("prefork")
    task = shared.send("of-tomorrow", 7, queue="prefork")
    until(lambda: "Received unregistered task of type 'of-tomorrow'" in worker.log, "the worker says so")
    until(lambda: shared.lists("prefork") == (0, 0), "nobody has the message")
    assert told(outcome(task)) == ("NotRegistered", "'of-tomorrow'")


def test_broker_keeps_its_lists_in_memory(office):
    told = office.client.config_get("append*")
    assert (told["appendonly"], told["appendfsync"]) == ("no", "everysec")
    office.send("early", 7)
    office.broker.kill()
    with office.broker.again():
        assert office.lists() == (0, 0)


def test_broker_of_the_course_is_what_the_lesson_says(office):
    assert isinstance(office.broker, Valkey)
    assert "valkey_version" in office.client.info("server")
