"""What the tests of the lab with a database do with it."""

import requests

from tests.waiting import FAR


def get(parcel, path):
    return requests.get(parcel.url + path, timeout=FAR)


def post(parcel, path, **data):
    return requests.post(parcel.url + path, timeout=FAR, **data)


def out(parcel):
    return get(parcel, "/pool").json()["out"]


def transfer(parcel, kind, amount="10.00", **who):
    return post(parcel, f"/transfers/{kind}", json={"payer": 1, "payee": 2, "amount": amount, **who})
