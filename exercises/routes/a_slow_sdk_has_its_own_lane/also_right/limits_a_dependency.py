from typing import Annotated

from fastapi import Depends, FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()
Label = Annotated[str, Depends(draw_label, max_concurrency=2)]


@app.get("/labels/{parcel}")
async def label(drawn: Label) -> dict[str, str]:
    return {"label": drawn}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
