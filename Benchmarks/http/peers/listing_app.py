"""The workload's listing as a FastAPI application renders it: Jinja2 with autoescape, compiled templates kept, one uvicorn
worker on uvloop and httptools, no access log.

    python3 listing_app.py DATA TEMPLATES PORT
"""
import json
import sys

import fastapi
import fastapi.responses
import fastapi.templating
import httptools
import jinja2
import uvicorn
import uvloop

with open(sys.argv[1], encoding="utf-8") as file:
    DATA = json.load(file)

environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(sys.argv[2]), autoescape=True, auto_reload=False, keep_trailing_newline=True)
environment.filters["money"] = lambda cents: f"${cents / 100:,.2f}"
templates = fastapi.templating.Jinja2Templates(env=environment)
app = fastapi.FastAPI(openapi_url=None)


@app.get("/collections/{handle}", response_class=fastapi.responses.HTMLResponse)
async def listing(request: fastapi.Request, handle: str):
    return templates.TemplateResponse(request, "listing.html", DATA)


if __name__ == "__main__":
    versions = [(module.__name__, module.__version__) for module in (fastapi, jinja2, uvicorn, uvloop, httptools)]
    print(", ".join(f"{name} {version}" for name, version in versions), flush=True)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[3]), loop="uvloop", http="httptools", access_log=False, log_level="warning")
