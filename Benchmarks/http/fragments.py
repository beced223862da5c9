"""A shop whose home page is a layout and twelve sections, each a fragment of its own, and a thirteenth that nobody may keep: so
nobody keeps the page, and it is put together each time. And what a Redis server was asked."""
import re
import socket

from workload import write

COUNT = 12
WORDS = "Cut to last and made to be mended, in small workshops and a few pieces at a time; free of charge, for as long as you keep it. "


def write_shop(folder):
    theme = folder / "Themes/twelve"
    write(theme / "theme.json", {
        "id": "twelve", "name": "Twelve", "version": "1", "engine": "1", "locales": ["en"], "slots": {}, "layout_slots": ["main"],
    })  # fmt: skip
    write(theme / "locales/en.json", {})
    write(theme / "layout/theme.liquid",
          "<!doctype html>\n<html>\n<head><title>Twelve</title>{{ content_for_header }}</head>\n"
          "<body>\n{{ content_for_layout }}\n</body>\n</html>\n")  # fmt: skip
    write(theme / "sections/note.liquid",
          "<section><h2>{{ section.settings.title }}</h2><p>{{ section.settings.words }}</p></section>\n"
          '{% schema %}{"name": "Note", "settings": [{"type": "text", "id": "title"}, {"type": "textarea", "id": "words"}],'
          ' "cache": {"ttl": 3600, "vary": []}}{% endschema %}')  # fmt: skip
    names = [f"note-{number}" for number in range(COUNT)]
    sections = {name: {"type": "note", "settings": {"title": f"Section {name}", "words": WORDS * 8}} for name in names}
    sections["now"] = {"type": "now", "settings": {}}
    write(theme / "sections/now.liquid", '<p>{{ request.path }}</p>{% schema %}{"name": "Now", "cache": {"ttl": 0}}{% endschema %}')
    write(theme / "templates/index.json", {"sections": sections, "order": [*names, "now"]})
    for kind in ("collection", "product", "search", "404"):
        write(theme / f"templates/{kind}.json", {"sections": {"note": {"type": "note"}}, "order": ["note"]})
    write(folder / "tenants.json", {"tenants": [{"id": "twelve", "name": "Twelve", "theme": "twelve", "locale": "en", "currency": "EUR"}]})
    write(folder / "data/catalog/twelve.json", {"currency": "EUR", "site": {"name": "Twelve"}, "products": []})


def commands(port):
    """How often each command was called since the server started."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"INFO commandstats\r\n")
        answer = b""
        while not re.match(rb"\$(\d+)\r\n", answer) or len(answer) < int(re.match(rb"\$(\d+)", answer).group(1)):
            answer += connection.recv(65536)
    return {name: int(calls) for name, calls in re.findall(r"^cmdstat_([\w|-]+):calls=(\d+)", answer.decode(), re.M)}
