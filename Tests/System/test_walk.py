"""A shopper's walk through every demo shop in a browser, with scripts and without: find, filter, choose, switch the language, put it in the
cart, see it there; keep it, compare it; and another site that sends a form in the shopper's name."""
import datetime
import re

import demo
import pytest
from playwright.sync_api import expect

CARD, FACET = "#products .card__title a", "a.facet__value:not([aria-current])"


@pytest.fixture(params=[False, True], ids=["without-scripts", "with-scripts"])
def scripted(request):
    return request.param


@pytest.fixture
def tab(browser, scripted):
    context = browser.new_context(java_script_enabled=scripted, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def number(text):
    """The first number of a text, in the digits of any script."""
    return int("".join(str(int(digit)) for digit in re.search(r"\d+", text).group()))


def orderable(shop):
    """A product that can be had in more than one way."""
    return next(
        product for product in demo.catalogue(shop)["products"]
        if len([variant for variant in product.get("variants", []) if variant.get("available", True)]) > 1)  # fmt: skip


def open_product(tab, server, shop, handle, root=""):
    path, _ = demo.address(server, shop, f"{root}/products/{handle}")
    tab.goto(f"http://{shop}.localhost:{server.port}{path}")


def order(tab, scripted):
    """Sends the product's form with what it asks for; how many were ordered."""
    form, quantity = tab.locator("form.order__form"), 1
    if (field := form.locator("input[type=number]")).count():
        field.fill("2")
        quantity = 2
    for field in form.locator("input[type=date]").all():
        field.fill((datetime.date.today() + datetime.timedelta(days=30)).isoformat())
    form.locator("button[type=submit]").click()
    if scripted:
        # Said at once, and the header's number with it; the page is the same.
        expect(tab.locator("#order-status .said")).to_be_visible()
        expect(tab.locator("[data-hx-get$='/cart-count'] .count")).to_be_visible()
        assert number(tab.locator("[data-hx-get$='/cart-count'] .count").inner_text()) == quantity
        tab.locator("#order-status .said a").click()
    tab.wait_for_selector("#cart .line")
    return quantity


@pytest.mark.parametrize("shop", demo.SHOPS)
def test_find_filter_choose_switch_and_buy(server, tab, scripted, shop):
    origin, product = f"http://{shop}.localhost:{server.port}", orderable(shop)
    title = product["title"]

    tab.goto(origin + "/")
    tab.locator("#header-search").fill(title)
    tab.locator("#header-search").press("Enter")
    tab.wait_for_selector(CARD)
    assert title in [text.strip() for text in tab.locator(CARD).all_inner_texts()]

    # As many are shown as the filter said there are.
    tab.goto(origin + "/collections/all")
    facet = tab.locator(FACET).first
    if not facet.is_visible():
        tab.locator("details.facets > summary").click()
    count = number(facet.locator(".facet__count").inner_text())
    facet.click()
    tab.wait_for_selector(".chips--active")
    assert tab.locator("a.facet__value[aria-current]").count() == 1
    assert number(tab.locator(".toolbar__count").inner_text()) == count >= 1
    assert 1 <= tab.locator(CARD).count() <= count

    open_product(tab, server, shop, product["handle"])
    chosen = tab.locator("form.order__form input[name=id]").get_attribute("value")
    other = tab.locator("#choices a.choice:not([aria-current]):not(.choice--out)").first
    wanted = other.inner_text().strip()
    other.click()
    tab.wait_for_url("**variant=*")
    variant = tab.locator("form.order__form input[name=id]").get_attribute("value")
    assert variant != chosen
    assert wanted in [text.strip() for text in tab.locator("#choices a[aria-current]").all_inner_texts()]

    # The same product and the same choice in other words, for other money.
    before = tab.locator("html").get_attribute("lang")
    tab.locator("details.languages__menu > summary").click()
    switch = tab.locator("details.languages__menu a:not([aria-current])").first
    language = switch.get_attribute("hreflang")
    switch.click()
    tab.wait_for_selector(f"html[lang='{language}']")
    assert language != before
    assert tab.locator("form.order__form input[name=id]").get_attribute("value") == variant

    title, quantity = tab.locator("h1").inner_text().strip(), order(tab, scripted)
    assert tab.locator("html").get_attribute("lang") == language
    assert [text.strip() for text in tab.locator("#cart .line__title").all_inner_texts()] == [title]
    # It is still there when the shopper comes back, and in every language.
    tab.goto(origin + "/cart")
    assert tab.locator("html").get_attribute("lang") == before and tab.locator("#cart .line").count() == 1

    if (field := tab.locator("#cart input[type=number]")).count():
        assert field.input_value() == str(quantity)
        field.fill("3")
        tab.locator("#cart .line__form button").click()
        expect(tab.locator("#cart .sum__row")).to_contain_text(re.compile("3|\u09e9"))
        assert tab.locator("#cart input[type=number]").input_value() == "3"
    tab.locator("#cart .line button.textual").click()
    expect(tab.locator("#cart .empty")).to_be_visible()
    tab.goto(origin + "/cart")
    assert tab.locator("#cart .line").count() == 0


@pytest.mark.parametrize("shop", demo.SHOPS)
def test_keep_and_compare(server, tab, scripted, shop):
    products = demo.catalogue(shop)["products"][:2]
    for what in ("wishlist", "compare"):
        for product in products:
            open_product(tab, server, shop, product["handle"])
            tab.locator(f"form:has(input[value='{what}-added']) button").click()
            if scripted:
                expect(tab.locator("#order-status .said")).to_be_visible()
            else:
                tab.wait_for_selector(f"#{what}")
        tab.goto(f"http://{shop}.localhost:{server.port}/{what}")
        kept = tab.locator(f"#{what} a").all_inner_texts()
        assert {product["title"] for product in products} <= {text.strip() for text in kept}
        tab.locator(f"#{what} form button").first.click()
        expect(tab.locator(f"#{what} form")).to_have_count(1)


def test_a_guests_pages_ask_for_nothing_of_a_shopper(server, tab, scripted):
    """A guest's page comes out of a cache alone; who has something is asked about on each page, and no more once it is gone."""
    asked = []
    tab.on("request", lambda request: asked.append(request.url) if "/fragments/" in request.url else None)

    def fragments():
        asked.clear()
        tab.goto(f"http://fashion.localhost:{server.port}/")
        tab.wait_for_load_state("networkidle")
        return sorted(url.rpartition("/")[2] for url in asked)

    assert fragments() == []
    open_product(tab, server, "fashion", orderable("fashion")["handle"])
    order(tab, scripted)
    all_of_them = ["account-greeting", "cart-count", "compare-count", "wishlist-count"]
    assert fragments() == (all_of_them if scripted else [])
    tab.goto(f"http://fashion.localhost:{server.port}/cart")
    tab.locator("#cart .line form button").last.click()
    expect(tab.locator("#cart .line")).to_have_count(0)
    assert fragments() == []


def test_another_site_cannot_fill_a_cart(server, tab):
    """Another origin's page sends the shop's own form; so does another shop of the same platform."""
    product = orderable("fashion")
    form = "<form method=post action='http://fashion.localhost:{port}/cart/add'><input name=product value='{product}'><input name=id value='{variant}'><button>Win</button></form>"
    html = form.format(port=server.port, product=product["handle"], variant=product["variants"][0]["id"])
    for elsewhere in ("http://prize.example", f"http://services.localhost:{server.port}/prize"):
        tab.route(f"{elsewhere}**", lambda route: route.fulfill(content_type="text/html", body=html))
        tab.goto(elsewhere)
        with tab.expect_navigation() as moved:
            tab.locator("button").click()
        assert moved.value.status == 403, elsewhere
        assert "Set-Cookie" not in moved.value.headers and "set-cookie" not in moved.value.headers
        tab.goto(f"http://fashion.localhost:{server.port}/cart")
        assert tab.locator("#cart .line").count() == 0


@pytest.mark.parametrize("headers", [
    {}, {"Origin": "null"}, {"Origin": "https://fashion.localhost"}, {"Origin": "http://services.localhost"}, {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site", "Origin": "http://fashion.localhost:{port}"},
])  # fmt: skip
@pytest.mark.parametrize("path", ["/cart/add", "/cart/change", "/wishlist/add", "/wishlist/remove", "/compare/add", "/compare/remove"])
def test_forms_of_others_are_refused(server, path, headers):
    product = orderable("fashion")
    fields = {"product": product["handle"], "id": product["variants"][0]["id"], "key": "x", "quantity": "1"}
    headers = {name: value.format(port=server.port) for name, value in headers.items()}
    answer = demo.Shopper(server, "fashion").post(path, fields, {"Content-Type": demo.OWN_FORM["Content-Type"], **headers})
    assert (answer.status, answer.headers.get("Set-Cookie")) == (403, None)


def test_a_form_of_an_older_browser_is_taken(server):
    """One that sends no `Sec-Fetch-Site`."""
    product = orderable("fashion")
    headers = {"Content-Type": demo.OWN_FORM["Content-Type"], "Origin": f"http://fashion.localhost:{server.port}"}
    answer = demo.Shopper(server, "fashion").post("/wishlist/add", {"product": product["handle"]}, headers)
    assert answer.status == 303 and "HttpOnly; SameSite=Lax" in answer.headers["Set-Cookie"]
