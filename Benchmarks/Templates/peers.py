"""The Python peers: answers the runner's lines as Sources/TemplateBench/Session.swift does. Reads the workload in place.

    python3 peers.py FOLDER python-liquid|jinja2|mako|minijinja|chevron
"""
import json
import os
import sys
import time


def money(cents):
    return f"${cents / 100:,.2f}"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def python_liquid(data, flat):
    import liquid

    environment = liquid.Environment(loader=liquid.CachingFileSystemLoader("liquid", ext=".liquid"))
    environment.add_filter("money", money)
    layout = environment.get_template("layout.liquid")

    def page(name):
        template = environment.get_template(f"{name}.liquid")
        return lambda: layout.render(**data, content_for_layout=template.render(**data))

    return page, [f"liquid/{name}.liquid" for name in ("layout", "listing", "detail")], environment.from_string


def jinja2(data, flat):
    import jinja2

    environment = jinja2.Environment(loader=jinja2.FileSystemLoader("jinja"), keep_trailing_newline=True)
    environment.filters["money"] = money
    layout = environment.get_template("layout.html")

    def page(name):
        template = environment.get_template(f"{name}.html")
        return lambda: layout.render(data, content_for_layout=template.render(data))

    return page, JINJA, environment.from_string


def mako(data, flat):
    import mako.lookup

    lookup = mako.lookup.TemplateLookup(["mako"], imports=["from __main__ import money"])
    layout = lookup.get_template("layout.mako")

    def page(name):
        template = lookup.get_template(f"{name}.mako")
        return lambda: layout.render(content_for_layout=template.render(**data), **data)

    return page, [], None


def minijinja(data, flat):
    import minijinja

    environment = minijinja.Environment(
        loader=lambda name: read(f"jinja/{name}"), keep_trailing_newline=True, auto_escape_callback=lambda name: False)
    environment.add_filter("money", money)

    def page(name):
        return lambda: environment.render_template(
            "layout.html", **data, content_for_layout=environment.render_template(f"{name}.html", **data))

    return page, JINJA, lambda source: minijinja.Environment().add_template("page", source)


def chevron(data, flat):
    import chevron
    import chevron.tokenizer

    def parsed(name):
        return tuple(chevron.tokenizer.tokenize(read(f"mustache/{name}.mustache")))

    layout = parsed("layout")

    def page(name):
        template = parsed(name)
        return lambda: chevron.render(layout, dict(flat, content_for_layout=chevron.render(template, flat)))

    return page, [], None


JINJA = [f"jinja/{name}.html" for name in ("layout", "listing", "detail")]
ENGINES = {"python-liquid": python_liquid, "jinja2": jinja2, "mako": mako, "minijinja": minijinja, "chevron": chevron}


def measure(seconds, make):
    count, made, start, used = 0, 0, time.process_time(), 0.0
    while used < seconds:
        made = make()
        count += 1
        used = time.process_time() - start
    size = made if isinstance(made, int) else len(made.encode())
    return f"{count} {used} {size}"


def main():
    os.chdir(sys.argv[1])
    page, sources, compile = ENGINES[sys.argv[2]](json.loads(read("data.json")), json.loads(read("data_flat.json")))
    pages = {}
    texts = [read(name) for name in sources]

    def parse():
        for text in texts:
            compile(text)
        return sum(len(text.encode()) for text in texts)

    for line in sys.stdin:
        command, _, name, more = line.split()
        if command != "parse" and name not in pages:
            pages[name] = page(name)
        if command == "render":
            print(measure(float(more), pages[name]), flush=True)
        elif command == "parse":
            print(measure(float(more), parse), flush=True)
        elif command == "output":
            with open(more, "w", encoding="utf-8", newline="") as file:
                file.write(pages[name]())
            print("done", flush=True)


main()
