"""Many small shops: a tenants file and a catalogue each, every text of a shop holding its mark."""
import json
import pathlib
import random
import re

MARK = re.compile(rb"mark-t(\d{5})")


def mark(number):
    return f"mark-t{number:05}"


def write(folder, count):
    """`tenants.json` and `var/catalog/` in the folder; the path of the first."""
    folder = pathlib.Path(folder)
    catalogues = folder / "var" / "catalog"
    catalogues.mkdir(parents=True, exist_ok=True)
    tenants = []
    for number in range(count):
        tenants.append({
            "id": f"t{number:05}", "name": f"Shop {mark(number)}", "theme": "fashion",
            "domains": [f"{mark(number)}.example", f"bücher-{mark(number)}.example"],
        })  # fmt: skip
        (catalogues / f"t{number:05}.json").write_text(json.dumps(catalogue(mark(number))))
    path = folder / "tenants.json"
    path.write_text(json.dumps({"platform_domain": "shops.example", "tenants": tenants}))
    return path


def catalogue(words):
    products = [
        {"id": f"p{n}", "handle": f"item-{n}", "title": f"Item {n} of {words}", "price": f"{n}9.00", "collections": ["things"],
         "descriptionHTML": f"<p>Made for {words}.</p>"}
        for n in (1, 2)
    ]  # fmt: skip
    return {
        "currency": "EUR", "site": {"name": f"Shop {words}", "tagline": f"All of {words}"},
        "collections": [{"id": "c1", "handle": "things", "title": f"Things of {words}"}],
        "menus": [{"handle": "main", "items": [{"title": words, "url": "/collections/things"}]}], "products": products,
    }  # fmt: skip


def names(number):
    """The hosts a shop answers to, in their one form."""
    idn = f"bücher-{mark(number)}".encode("idna").decode() if number >= 0 else ""
    return [f"{mark(number)}.example", f"{idn}.example", f"t{number:05}.shops.example", f"t{number:05}.localhost"]


def is_served(number, name):
    """Whether a shop answers on that name itself; on its others it says where it is."""
    return name in (names(number)[0], names(number)[3])


def written(name, chance=random):
    """A host as somebody may write it: any case, with a port, with a trailing dot."""
    text = "".join(chance.choice((c.lower(), c.upper())) for c in name)
    return text + chance.choice(("", "", ".")) + chance.choice(("", "", ":443", ":8080"))
