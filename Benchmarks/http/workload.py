"""The listing of ../shared/workload as a shop of ours and as the peers' templates, made from the workload's own files.

What differs from the workload's Liquid is what a theme calls the same thing: `nav` is the menu of that name, `products` the
collection's, `image` the featured image, `badges` the product's attributes. The shop has the 212 products that the listing
counts; the first 48 are the workload's. Reference: ruby-liquid's page of the same files.
"""
import html
import json
import re
import subprocess

from processes import ROOT

HOST = "shop.example.com"
PATH = "/collections/home-living"

THEIRS_TO_OURS = {
    "layout": [
        ("in nav %}", "in menus.nav.items %}"), ("link.active", "link.title == collection.title"),
        ("cart.item_count", "settings.cart_count"), ("in footer %}", "in menus.footer.items %}"),
        ("\n</head>", "{{ content_for_header }}\n</head>"),
    ],
    "listing_render": [("products.size", "collection.products.size"), ("in products %}", "in collection.products %}")],
    "card": [("product.image.", "product.featured_image."), ("product.badges", "product.attributes"), ("badge.kind", "badge.key")],
}  # fmt: skip
THEIRS_TO_OURS["listing"] = THEIRS_TO_OURS["listing_render"] + THEIRS_TO_OURS["card"]


def replaced(text, pairs, name):
    for old, new in pairs:
        if old not in text:
            raise SystemExit(f"bench: the workload's {name} has no '{old}' any more")
        text = text.replace(old, new)
    return text


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")


def write_shop(workload, folder, listing="listing"):
    """Theme, catalogue and tenants file under `folder`; the shop answers to HOST. Its listing, the workload's `listing` or
    `listing_render`, is kept by nobody: what it shows is rendered on every request."""
    data = json.loads((workload / "data.json").read_text())
    liquid = {
        name: replaced((workload / f"liquid/{name}.liquid").read_text(), pairs, f"{name}.liquid")
        for name, pairs in THEIRS_TO_OURS.items()
    }
    theme = folder / "Themes/workload"
    write(theme / "theme.json", {
        "id": "workload", "name": "Workload", "version": "1", "engine": "1", "locales": ["en"], "slots": {},
        "layout_slots": ["main"], "products_per_page": len(data["products"]),
    })  # fmt: skip
    write(theme / "locales/en.json", {})
    write(theme / "config/settings_schema.json", [{"name": "Cart", "settings": [
        {"type": "number", "id": "cart_count", "label": "Items", "default": data["cart"]["item_count"]}]}])  # fmt: skip
    write(theme / "layout/theme.liquid", liquid["layout"].rstrip("\n") + "\n")
    write(theme / "snippets/card.liquid", liquid["card"])
    write(
        theme / "sections/listing.liquid",
        liquid[listing] + '{% schema %}{"name": "Listing", "cache": {"ttl": 0}}{% endschema %}')  # fmt: skip
    write(theme / "sections/plain.liquid", '<h1>{{ page_title }}</h1>{% schema %}{"name": "Plain"}{% endschema %}')
    for kind in ("index", "product", "search", "404", "collection"):
        section = "listing" if kind == "collection" else "plain"
        write(theme / f"templates/{kind}.json", {"sections": {"main": {"type": section}}, "order": ["main"]})
    write(folder / "tenants.json", {"tenants": [{
        "id": "workload", "name": data["shop"]["name"], "theme": "workload", "locale": "en",
        "currency": data["shop"]["currency"], "domains": [HOST],
    }]})  # fmt: skip
    write(folder / "data/catalog/workload.json", catalogue(data))


def catalogue(data):
    collection = data["collection"]
    shown = [product(one) for one in data["products"]]
    more = [
        {**shown[n % len(shown)], "id": f"more-{n}", "handle": f"more-{n}"}
        for n in range(collection["products_count"] - len(shown))
    ]
    nav = [{"title": link["title"], "url": link["url"]} for link in data["nav"]]
    footer = [{"title": column["title"], "url": "#", "items": column["links"]} for column in data["footer"]]
    return {
        "currency": data["shop"]["currency"], "site": {"name": data["shop"]["name"]},
        "collections": [{
            "id": str(collection["id"]), "handle": "home-living", "title": collection["title"],
            "description": html.escape(data["page_description"]),
        }],
        "menus": [{"handle": "nav", "items": nav}, {"handle": "footer", "items": footer}],
        "products": shown + more,
    }  # fmt: skip


def product(one):
    amount = lambda cents: None if cents is None else f"{cents // 100}.{cents % 100:02}"  # noqa: E731
    return {
        "id": str(one["id"]), "handle": one["handle"], "title": one["title"], "vendor": one["vendor"], "images": [one["image"]],
        "price": amount(one["price"]), "compareAt": amount(one["compare_at_price"]), "available": one["available"],
        "attributes": [{"key": badge["kind"], "label": badge["label"], "value": ""} for badge in one["badges"]],
        "collections": ["home-living"],
    }  # fmt: skip


def write_jinja(workload, folder):
    """The workload's Jinja templates as an application has them: the listing extends the layout, autoescape escapes."""
    read = lambda name: (workload / f"jinja/{name}.html").read_text().replace(" | escape", "")  # noqa: E731
    write(folder / "layout.html", replaced(
        read("layout"), [("{{ content_for_layout }}", "{% block content %}{% endblock %}")], "layout.html"))  # fmt: skip
    write(folder / "listing.html", '{% extends "layout.html" %}{% block content %}' + read("listing") + "{% endblock %}")


def reference(workload, folder):
    """ruby-liquid's listing in its layout."""
    page = folder / "reference.html"
    done = subprocess.run(
        ["ruby", str(ROOT / "Benchmarks/Templates/peers.rb"), str(workload)], input=f"output - listing {page}\n",
        capture_output=True, text=True)  # fmt: skip
    if done.stdout.strip() != "done":
        raise SystemExit(f"bench: ruby-liquid did not render the reference\n{done.stderr}")
    return page.read_bytes()


def normalised(page):
    """Markup and text, entities read, each run of white space one blank: engines differ in `&#34;` and in blank lines."""
    return re.sub(r"\s+", " ", html.unescape(page.decode())).strip()
