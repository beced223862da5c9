"""The demo's shops as a shopper finds them: every language of every shop, and in each a page of every kind, by its own address."""
import json
import re
import urllib.parse
from html.parser import HTMLParser
from typing import NamedTuple

from conftest import ROOT

CATALOGUES = ROOT / "Demo" / "catalog"
TENANTS = json.loads((ROOT / "Demo" / "tenants.json").read_text())["tenants"]
SHOPS = [tenant["id"] for tenant in TENANTS if (CATALOGUES / f"{tenant['id']}.json").exists()]
PRIVATE = ("/cart", "/wishlist", "/compare")
# What a browser says of a form of the shop's own page.
OWN_FORM = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}


class Page(NamedTuple):
    shop: str
    language: str
    kind: str
    path: str
    status: int = 200

    def __str__(self):
        return f"{self.shop} {self.language} {self.kind} {self.path}"


class Language(NamedTuple):
    """A language of a shop: its tag, and the path that its addresses begin with, without a slash at the end."""

    tag: str
    root: str


class Alternates(HTMLParser):
    """The addresses of a page in the shop's languages, from its `link` elements."""

    def __init__(self, html):
        super().__init__()
        self.found = {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "link" and attributes.get("rel") == "alternate" and "hreflang" in attributes:
            self.found[attributes["hreflang"]] = attributes["href"]


def catalogue(shop, language=None):
    """A shop's catalogue file, or that of its words in another language; empty where there is none."""
    path = CATALOGUES / (f"{shop}.{language}.json" if language else f"{shop}.json")
    return json.loads(path.read_text()) if path.exists() else {}


def languages(server, shop):
    """Every language of a shop, its own first."""
    home = server.get("/", shop)
    assert home.status == 200, f"{shop}: {home.status}"
    own = re.search(r'<html[^>]* lang="([^"]+)"', home.text).group(1)
    found = {tag: urllib.parse.urlsplit(url).path.rstrip("/") for tag, url in Alternates(home.text).found.items() if tag != "x-default"}
    found.setdefault(own, "")
    return sorted((Language(tag, root) for tag, root in found.items()), key=lambda language: (language.root != "", language.tag))


def address(server, shop, path, cookie=""):
    """Where a path leads to: an address has one form, and others are sent there."""
    for _ in range(4):
        answer = server.get(path, shop, headers={"Cookie": cookie} if cookie else {})
        if answer.status not in (301, 302, 307, 308):
            return path, answer
        target = urllib.parse.urlsplit(answer.headers["Location"])
        path = target.path + (f"?{target.query}" if target.query else "")
    raise AssertionError(f"{shop}: {path} is sent on for ever")


def canonical(shop, tag):
    """A path of each kind as catalogues write them; `language` picks the words to search for."""
    data = catalogue(shop)
    words = catalogue(shop, tag.split("-")[0])
    products = data["products"]
    plain = max(products, key=lambda product: (len(product.get("variants", [])) > 1, len(product.get("attributes", []))))
    title = words.get("products", {}).get(plain["handle"], {}).get("title") or plain["title"]
    kinds = {
        "home": "/", "collection": f"/collections/{data['collections'][0]['handle']}", "product": f"/products/{plain['handle']}",
        "search": "/search?q=" + urllib.parse.quote(max(title.split(), key=len)), "search without terms": "/search",
        "search without results": "/search?q=zzxqj", "cart": "/cart", "wishlist": "/wishlist", "compare": "/compare",
        "missing": "/no-such-page",
    }  # fmt: skip
    sold_out = next((p for p in products if p.get("variants") and not any(v.get("available", True) for v in p["variants"])), None)
    bookable = next((p for p in products if "bookable" in p.get("tags", [])), None)
    foreign = next((p for p in products if p.get("language")), None)
    for kind, product in (("product sold out", sold_out), ("product bookable", bookable), ("product in another language", foreign)):
        if product:
            kinds[kind] = f"/products/{product['handle']}"
    if pages := data.get("pages"):
        kinds["page"] = f"/pages/{pages[0]['handle']}"
        if foreign := next((page for page in pages if page.get("language")), None):
            kinds["page in another language"] = f"/pages/{foreign['handle']}"
    if blogs := data.get("blogs"):
        kinds["blog"] = f"/blogs/{blogs[0]['handle']}"
    if articles := data.get("articles"):
        kinds["article"] = f"/blogs/{articles[0]['blog']}/{articles[0]['handle']}"
    return kinds


def pages(server, shop):
    """A page of every kind in every language of a shop."""
    found = []
    for language in languages(server, shop):
        for kind, path in canonical(shop, language.tag).items():
            path, answer = address(server, shop, language.root + path if path != "/" else language.root or "/")
            status = 404 if kind == "missing" else 200
            assert answer.status == status, f"{shop} {language.tag} {kind}: {path} answers {answer.status}"
            found.append(Page(shop, language.tag, kind, path, status))
    return found


class Shopper:
    """Somebody who keeps one cookie and sends forms, without a browser. `/cart`, `/wishlist` and `/compare` stand for what they are called
    in the shop's own language."""

    def __init__(self, server, shop, cookie=""):
        self.server, self.shop, self.cookie, self.places = server, shop, cookie, {}

    def place(self, path):
        """`/cart/add` by the shop's own word for a cart."""
        canonical, verb = re.fullmatch(r"(.*?/(?:cart|wishlist|compare))(/\w+)?", path).groups()
        if canonical not in self.places:
            self.places[canonical] = address(self.server, self.shop, canonical)[0]
        return self.places[canonical] + (verb or "")

    def get(self, path, headers=()):
        path = self.place(path) if path.endswith(PRIVATE) else path
        return self.take(self.server.get(path, self.shop, headers={**dict(headers), **({"Cookie": self.cookie} if self.cookie else {})}))

    def post(self, path, fields, headers=OWN_FORM):
        body = urllib.parse.urlencode(fields).encode()
        headers = {**headers, "Content-Length": str(len(body)), **({"Cookie": self.cookie} if self.cookie else {})}
        return self.take(self.server.get(self.place(path), self.shop, method="POST", headers=headers, body=body))

    def take(self, answer):
        for line in answer.headers.get_all("Set-Cookie") or []:
            if not line.partition("=")[0].endswith("-shopper"):  # which says that there is one, and is read by scripts alone
                self.cookie = line.split(";")[0]
        return answer

    def in_browser(self):
        """The cookies as a browser has them."""
        name, value = self.cookie.split("=", 1)
        url = f"http://{self.shop}.localhost:{self.server.port}/"
        return [{"name": name, "value": value, "url": url}, {"name": f"{name}-shopper", "value": "1", "url": url}]

    def fill(self, root=""):
        """Two products in the cart, in the wishlist and in the comparison."""
        products = [product for product in catalogue(self.shop)["products"] if any(v.get("available", True) for v in product.get("variants", []))]
        for number, product in enumerate(products[:2]):
            variant = next(variant for variant in product["variants"] if variant.get("available", True))
            added = self.post(f"{root}/cart/add", {"product": product["handle"], "id": variant["id"], "quantity": number + 1})
            assert added.status == 303, f"{self.shop} cart: {added.status} {added.text[:300]}"
            for what in ("wishlist", "compare"):
                added = self.post(f"{root}/{what}/add", {"product": product["handle"]})
                assert added.status == 303, f"{self.shop} {what}: {added.status} {added.text[:300]}"
        return self
