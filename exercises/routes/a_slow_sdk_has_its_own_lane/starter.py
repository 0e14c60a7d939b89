from fastapi import FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()


@app.get("/labels/{parcel}")
def label(parcel: int) -> dict[str, str]:
    # TODO: Draw two labels at once, never three, and leave the other routes their threads.
    return {"label": draw_label(parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
