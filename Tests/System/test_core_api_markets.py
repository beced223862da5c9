"""Each market of `storefront core-api`: its texts, prices, facets and addresses are what the sample shops' files say, worked out anew."""
import fractions
import random
import urllib.parse

import pytest
from core_api import NOW, SHOPS, Market, catalogue, markets, shown


@pytest.mark.parametrize("shop, locale, currency", markets())
def test_a_market_has_its_texts_and_prices(core, shop, locale, currency):
    market = Market(shop, locale, currency)
    listed = {product["id"]: product for product in market.ask(core, "products?size=250")["items"]}
    assert len(listed) == len(shown(market.catalog)) >= 40
    for product in shown(market.catalog):
        told = listed[product["id"]]
        assert told["title"] == market.text("products", product["handle"], "title", product["title"])
        assert told["handle"] == product["handle"] and told.get("vendor", "") == product.get("vendor", "")
        assert told.get("unit", "") == market.word(product.get("unit", "")) and told.get("type", "") == market.word(product.get("type", ""))
        assert [option["name"] for option in told.get("options", [])] == [market.word(option["name"]) for option in product.get("options", [])]
        assert [fact["label"] for fact in told.get("attributes", [])] == [market.word(fact["label"]) for fact in product.get("attributes", [])]
        for fact, own in zip(told.get("attributes", []), product.get("attributes", [])):
            assert fact["value"] == (market.word(own["value"]) if own.get("type", "text") == "text" else own["value"])
        for variant, own in zip(told["variants"], product.get("variants", []), strict=bool(product.get("variants"))):
            if "salePrice" not in own:
                assert isinstance(variant["price"], str) and fractions.Fraction(variant["price"]) == market.price(own["price"])
        if locale == market.catalog["locale"]:
            assert told.get("language") == product.get("language")
        elif product["handle"] not in market.texts.get("products", {}):
            assert told.get("language") == (product.get("language", market.catalog["locale"]) if product.get("language") != locale else None)
        else:
            assert "language" not in told


@pytest.mark.parametrize("shop, locale, currency", markets())
def test_pages_and_posts_are_the_files_own(core, shop, locale, currency):
    market = Market(shop, locale, currency)
    for page in market.catalog["pages"]:
        told = market.ask(core, f"pages/{urllib.parse.quote(page['handle'])}")
        assert told["title"] == market.text("pages", page["handle"], "title", page["title"]) and told["bodyHTML"]
    published = [article for article in market.catalog["articles"] if article["publishedAt"] <= NOW]
    for blog in market.catalog["blogs"]:
        assert market.ask(core, f"blogs/{blog['handle']}")["title"] == market.text("blogs", blog["handle"], "title", blog["title"])
        dates, page = [], 1
        while True:
            articles = market.ask(core, f"blogs/{blog['handle']}/articles?size=2&page={page}")
            dates += [article["publishedAt"] for article in articles["items"]]
            if not articles["hasMore"]:
                break
            page += 1
        assert dates == sorted(dates, reverse=True)
        assert len(dates) == articles["total"] == sum(article["blog"] == blog["handle"] for article in published)
    for article in published:
        told = market.ask(core, f"blogs/{article['blog']}/articles/{urllib.parse.quote(article['handle'])}")
        for name in ("title", "excerpt"):
            assert told[name] == market.text("articles", article["handle"], name, article[name])
    entries = {(entry["kind"], entry.get("blog"), entry["handle"]) for entry in market.ask(core, "sitemap")}
    assert {("page", None, page["handle"]) for page in market.catalog["pages"]} <= entries
    assert {("article", article["blog"], article["handle"]) for article in published} <= entries


@pytest.mark.parametrize("shop", [shop["id"] for shop in SHOPS])
def test_what_moved_and_what_is_gone(core, shop):
    catalog = catalogue(shop)
    table = {moved["path"]: moved["target"] for moved in catalog.get("redirects", [])}
    for path in table:
        target = table[path]
        while target in table:
            target = table[target]
        told = core.get("redirects?path=" + urllib.parse.quote(path, safe=""), shop)
        assert urllib.parse.unquote(told["target"]) == urllib.parse.unquote(target)
    for path in catalog.get("gone", []):
        assert core.get("redirects?path=" + urllib.parse.quote(path, safe=""), shop) == {"gone": True}


def asked(filters, **fields):
    pairs = [("filter." + key, value) for key, values in filters.items() for value in values]
    return "products?" + urllib.parse.urlencode([*pairs, *fields.items()])


@pytest.mark.parametrize("shop, locale, currency", markets())
def test_a_facets_count_is_what_choosing_it_leaves(core, shop, locale, currency):
    market = Market(shop, locale, currency)
    plain = market.ask(core, "products?facets=1&size=1")
    assert plain["facets"] and [facet["key"] for facet in plain["facets"]] == [
        key for key in market.catalog["filters"] if key in {facet["key"] for facet in plain["facets"]}]
    values = {facet["key"]: [value["value"] for value in facet.get("values", [])] for facet in plain["facets"] if facet["key"] != "price"}
    random.seed(f"{shop} {locale}")
    chosen = [{}] + [
        {key: random.sample(values[key], random.randint(1, min(2, len(values[key])))) for key in random.sample(list(values), random.randint(1, 2))}
        for _ in range(6)
    ]
    for filters in chosen:
        page = market.ask(core, asked(filters, facets="1", size="250"))
        assert len(page["items"]) == min(250, page["total"])
        for facet in page["facets"]:
            if facet["key"] == "price":
                prices = [fractions.Fraction(product["price"]) for product in page["items"]]
                assert fractions.Fraction(facet.get("highestPrice", "0")) == max(prices, default=0)
                continue
            assert [value["value"] for value in facet["values"]] == values[facet["key"]], "no value is lost by a filter"
            for value in random.sample(facet["values"], min(4, len(facet["values"]))):
                one = market.ask(core, asked({**filters, facet["key"]: [value["value"]]}, size="1"))
                assert one["total"] == value["count"], (filters, facet["key"], value)
                if facet["key"] in ("type",) or facet["key"].startswith("option:"):
                    assert value["label"] == market.word(value["value"])


@pytest.mark.parametrize("shop, locale, currency", markets())
def test_a_range_of_prices_is_in_the_markets_currency(core, shop, locale, currency):
    market = Market(shop, locale, currency)
    prices = sorted(fractions.Fraction(product["price"]) for product in market.ask(core, "products?size=250")["items"])
    low, high = int(prices[len(prices) // 3]), int(prices[2 * len(prices) // 3])
    for text, keeps in [(f"{low}-{high}", lambda price: low <= price <= high), (f"{high}-", lambda price: price >= high), (f"-{low}", lambda price: price <= low)]:
        assert market.ask(core, f"products?price={text}&size=1")["total"] == sum(map(keeps, prices))


def test_who_names_no_market_gets_the_shops_own(core):
    own = core.ask("/v1/tenants/fashion/products?size=250")[1]
    assert own["value"] == core.ask("/v1/tenants/fashion/products?size=250&locale=en&currency=EUR")[1]["value"] and own["currency"] == "EUR"
