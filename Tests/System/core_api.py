"""`storefront core-api` for tests: started on a free port, asked and edited as a client would; and what the sample shops' files say of it."""
import datetime
import decimal
import fractions
import http.client
import json
import time

import pytest
from conftest import BINARY, EMBEDDED, ROOT, free_port
from services import Service

CATALOGS = ROOT / "Demo" / "catalog"
# The sample shops that bring their own catalogue.
SHOPS = [shop for shop in json.loads((ROOT / "Demo" / "tenants.json").read_text())["tenants"] if (CATALOGS / f"{shop['id']}.json").exists()]
NOW = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def catalogue(shop):
    return json.loads((CATALOGS / f"{shop}.json").read_text())


def shown(catalog):
    return [product for product in catalog["products"] if product.get("status", "active") == "active" and product.get("publishedAt", "") <= NOW]


FASHION = catalogue("fashion")
SHOWN = shown(FASHION)


class CoreAPI(Service):
    """With the sample shops if no others are named. Folders of `data` are read before those, as the command does."""

    def __init__(self, folder, *words, tenants=ROOT / "Demo" / "tenants.json", data=(ROOT / "Demo",), environment=None):
        self.port = free_port()
        line = [BINARY, "core-api", "--tenants", tenants, "--port", self.port, *words]
        for place in data:
            line += ["--data", place]
        super().__init__(folder, line, {**EMBEDDED, **(environment or {})})

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def answers(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def lines(self, name):
        """What it said of an event, from its start on."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def wait_for(self, name, **fields):
        """The last of an event's lines that have these fields."""
        for _ in range(3000):
            if found := [line for line in self.lines(name) if line.items() >= fields.items()]:
                return found[-1]
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(f"no {name} (exit {self.process.poll()}): {self.log.read_text()}")

    def ask(self, path, method="GET", body=None, headers=(), host=None):
        """Status, document (or text), headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or f"localhost:{self.port}")
            for name, value in dict(headers).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            raw = response.read()
            if not raw or "json" not in response.headers.get("Content-Type", ""):
                return response.status, raw.decode(), response.headers
            assert response.headers["Cache-Control"] == "no-store"
            return response.status, json.loads(raw, parse_float=decimal.Decimal), response.headers
        finally:
            connection.close()

    def get(self, path, shop="fashion"):
        status, document, _ = self.ask(f"/v1/tenants/{shop}/{path}")
        assert status == 200, document
        assert document["mark"] > 1_700_000_000_000
        return document["value"]

    def edit(self, product, /, headers=(), host=None, shop="fashion", **fields):
        return self.ask(f"/v1/tenants/{shop}/products/{product}", "PATCH", json.dumps(fields).encode(), headers, host)

    def stop(self):
        super().stop()
        return self.process.returncode


@pytest.fixture(scope="module")
def core(data_folder, tmp_path_factory):
    """One for all tests that only read; it has the imported books, too."""
    core = CoreAPI(tmp_path_factory.mktemp("core-api"), data=[data_folder / "var", ROOT / "Demo"])
    yield core
    assert core.stop() == 0


@pytest.fixture
def own_core(tmp_path):
    """Starts core APIs for one test, which may edit and end them."""
    started = []

    def start(*words, **more):
        started.append(CoreAPI(tmp_path / f"core-api-{len(started)}", *words, **more))
        return started[-1]

    yield start
    for core in started:
        assert core.stop() == 0


@pytest.fixture
def core_api(tmp_path, redis_server):
    """Its change events go to `redis_server`."""
    core = CoreAPI(tmp_path / "core-api", environment={"REDIS_URL": redis_server.url})
    yield core
    core.stop()


def amount(value):
    return decimal.Decimal(value["amount"] if isinstance(value, dict) else value)


def markets():
    found = []
    for shop in SHOPS:
        catalog = catalogue(shop["id"])
        found.append(pytest.param(shop["id"], catalog["locale"], catalog["currency"], id=f"{shop['id']}-own"))
        for market in shop.get("markets", []):
            currency = market.get("currency", catalog["currency"])
            found.append(pytest.param(shop["id"], market["locale"], currency, id=f"{shop['id']}-{market['locale']}"))
    return found


class Market:
    """What the files say of one market, worked out anew."""

    def __init__(self, shop, locale, currency):
        self.shop, self.catalog, self.fields = shop, catalogue(shop), f"locale={locale}&currency={currency}"
        file = CATALOGS / f"{shop}.{locale}.json"
        assert file.exists() or locale == self.catalog["locale"], f"{shop} has a market in {locale} and no {file.name}"
        self.texts = json.loads(file.read_text()) if file.exists() else {}
        self.currency = currency
        self.rate = next((rate for rate in self.catalog.get("rates", []) if rate["currency"] == currency), None)
        assert self.rate or currency == self.catalog["currency"], f"{shop} has a market in {currency} and no rate for it"

    def word(self, text):
        return self.texts.get("words", {}).get(text, text)

    def text(self, section, handle, name, own):
        return self.texts.get(section, {}).get(handle, {}).get(name, own)

    def price(self, text):
        base = fractions.Fraction(text)
        if not self.rate:
            return base
        step = fractions.Fraction(self.rate["step"])
        return -(-base * fractions.Fraction(self.rate["rate"]) // step) * step

    def ask(self, core, path):
        status, document, _ = core.ask(f"/v1/tenants/{self.shop}/{path}{'&' if '?' in path else '?'}{self.fields}")
        assert status == 200, document
        assert document.get("currency", self.currency) == self.currency
        return document["value"]
