from fastapi.testclient import TestClient
from quotes import app

# TODO: Replace the carrier, have the app start and end, and write a test for each of the six sentences.


def test_quote_is_given() -> None:
    answer = TestClient(app).get("/quotes/7")
    assert answer.status_code == 200
