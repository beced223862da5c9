"""Automatic escaping in a browser: hostile data in every place of a page, made in every way a template can make text.

Each page holds one place, with every way and all payloads. Nothing of a payload may run (script, handler, link that is clicked,
form that is sent, request to a forbidden host), and what the browser reads in the place must be the data, byte for byte: not
escaped twice, nothing lost. Whether an address has to be blocked is asked of the browser's own URL parser.
"""
import html
import json
import re
import subprocess
from urllib.parse import urlsplit

import pytest

from conftest import BINARY, ROOT

ORIGIN = "http://shop.example"
BLOCKED = "about:invalid#blocked"
ALLOWED = {"http:", "https:", "mailto:", "tel:", "sms:", "ftp:"}

PAYLOADS = [
    "plain words", "", " ", "Tom & Jerry's \"best\" <b>", "&lt;b&gt; &amp;amp; &#39; &quot;", "é 😀 \u2028 \u2029 end",
    "</script><script>alert(1)</script>", "</style><script>alert(1)</script>", "</title></textarea></iframe></noscript></xmp><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>", "'><img src=x onerror=alert(1)>", "><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "x onmouseover=alert(1) y", "\" onmouseover=\"alert(1)", "' onfocus='alert(1)' autofocus='", "` onmouseover=alert(1) `", "onclick=alert(1)",
    "onmouseover", "style", "src", "script", "iframe", "javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    "\x01javascript:alert(1)", "javascript&colon;alert(1)", "&#106;avascript:alert(1)", "javascript\t:alert(1)", "vbscript:alert(1)", "jAvAscript://%0aalert(1)",
    "data:text/html,<script>parent.alert(1)</script>", "data:text/html;base64,PHNjcmlwdD5wYXJlbnQuYWxlcnQoMSk8L3NjcmlwdD4=", "data:image/svg+xml,<svg onload=alert(1)>",
    "0;url=javascript:alert(1)", "evil", "alert(1)", "';alert(1)//", "\";alert(1)//", "`;alert(1)//", "${alert(1)}", "{alert(1)}", "\\", "\\';alert(1)//", "\\\";alert(1)//",
    "\n;alert(1)//", "\u2028;alert(1)//", "*/alert(1)/*", "-alert(1)-", "/;alert(1);/", "<!--<script>", "<!--", "--><img src=x onerror=alert(1)>", "--!><img src=x onerror=alert(1)>",
    "-", ">", "->", "]]><img src=x onerror=alert(1)>", "<![CDATA[<img src=x onerror=alert(1)>]]>", "expression(alert(1))", "url(javascript:alert(1))",
    "red;background:url(http://forbidden.example/a)", "}*{background:url(http://forbidden.example/b)}", "@import 'http://forbidden.example/c';",
    "\";background:url(http://forbidden.example/d);\"", "image-set('http://forbidden.example/e' 1x)", "\\75rl(http://forbidden.example/f)", "/*", "a\x00b</scr\x00ipt>",
    "constructor", "{{ alert(1) }}", "%3Cscript%3E", "a=b c=d", "x\rb", "https://shop.example/p?a=1&b=2#c",
]  # fmt: skip
INVALID = [b"a\xff\xfe<b>\xc3(\xe2\x80", b"\xc0\xbcscript>alert(1)"]
CLEAN = ["plain", "10", "a-b_c.d", "/products/x", "https://shop.example/p?a=1", "é"]
WORDS = ["plain", "red", "a1"]

# The ways: what makes `v`, and what its text is beside the data. A way without a prelude prints by `{% render %}` or `{% include %}`.
WAYS = {
    "plain": ("{% assign v = x %}", "", ""),
    "append": ("{% assign v = 'k' | append: x | append: 'z' %}", "k", "z"),
    "append to nothing": ("{% assign v = '' | append: x %}", "", ""),
    "prepend": ("{% assign v = x | prepend: 'k' %}", "k", ""),
    "capture": ("{% capture v %}k{{ x }}z{% endcapture %}", "k", "z"),
    "capture alone": ("{% capture v %}{{ x }}{% endcapture %}", "", ""),
    "capture twice": ("{% capture w %}{{ x }}{% endcapture %}{% capture v %}{{ w }}z{% endcapture %}", "", "z"),
    "replace": ("{% assign v = 'k[name]z' | replace: '[name]', x %}", "k", "z"),
    "replace in data": ("{% assign v = x | replace: 'zzz', 'y' %}", "", ""),
    "join": ("{% assign v = 'k|z' | split: '|' | join: x %}", "k", "z"),
    "join with data": ("{% assign v = one | join: ', ' %}", "", ""),
    "escape": ("{% assign v = x | escape %}", "", ""),
    "render": ("{% render 'alone', a: x %}", "", ""),
    "render around": ("{% render 'around', a: x %}", "k", "z"),
    "include": ("{% include 'alone', a: x %}", "", ""),
}
PARTIALS = {"alone": "{{ a }}", "around": "k{{ a }}z"}

# A place: its HTML, how the browser reads the value in it, and what that is to be:
# text/value (as HTML's parser leaves the data), exact (byte for byte), address (unchanged or blocked), quiet (only: nothing runs).
PLACES = {
    "text": ("<p class=t>@</p>", "e => e.querySelector('.t').textContent", "text"),
    "text in svg": ("<svg><text class=t>@</text></svg>", "e => e.querySelector('.t').textContent", "raw"),
    "textarea": ("<textarea class=t>@</textarea>", "e => e.querySelector('.t').value", "area"),
    "title": ("<title class=t>@</title>", "e => e.querySelector('.t').textContent", "raw"),
    "attribute": ("<p class=t title=\"@\"></p>", "e => e.querySelector('.t').getAttribute('title')", "value"),
    "attribute, single": ("<p class=t title='@'></p>", "e => e.querySelector('.t').getAttribute('title')", "value"),
    "attribute, unquoted": ("<p class=t title=@ id=none></p>", "e => e.querySelector('.t').getAttribute('title')", "unquoted"),
    "attribute, unquoted, last": ("<p class=t title=@></p>", "e => e.querySelector('.t').getAttribute('title')", "unquoted"),
    "attribute of json": ("<p class=t data-x=\"@json\"></p>", "e => JSON.parse(e.querySelector('.t').dataset.x)", "exact"),
    "attribute of json, single": ("<p class=t data-x='@json'></p>", "e => JSON.parse(e.querySelector('.t').dataset.x)", "exact"),
    "input": ("<input class=t value=\"@\">", "e => e.querySelector('.t').getAttribute('value')", "value"),
    "href": ("<a class=t href=\"@\">l</a>", "e => e.querySelector('.t').getAttribute('href')", "address"),
    "href, single": ("<a class=t href='@'>l</a>", "e => e.querySelector('.t').getAttribute('href')", "address"),
    "href, unquoted": ("<a class=t href=@>l</a>", "e => e.querySelector('.t').getAttribute('href')", "unquoted address"),
    "href, query": ("<a class=t href=\"/s?q=@\">l</a>", "e => e.querySelector('.t').getAttribute('href').slice(5)", "value"),
    "svg href": ("<svg><a class=t xlink:href=\"@\"><text>l</text></a></svg>", "e => e.querySelector('.t').getAttribute('xlink:href')", "address"),
    "action": ("<form class=t action=\"@\"><button>b</button></form>", "e => e.querySelector('.t').getAttribute('action')", "address"),
    "formaction": ("<form><button class=t formaction=\"@\">b</button></form>", "e => e.querySelector('.t').getAttribute('formaction')", "address"),
    "img src": ("<img class=t src=\"@\">", "e => e.querySelector('.t').getAttribute('src')", "media"),
    "iframe src": ("<iframe class=t src=\"@\"></iframe>", "e => e.querySelector('.t').getAttribute('src')", "address"),
    "object data": ("<object class=t data=\"@\"></object>", "e => e.querySelector('.t').getAttribute('data')", "address"),
    "embed src": ("<embed class=t src=\"@\">", "e => e.querySelector('.t').getAttribute('src')", "address"),
    "poster": ("<video class=t poster=\"@\"></video>", "e => e.querySelector('.t').getAttribute('poster')", "media"),
    "srcset": ("<img class=t srcset=\"@ 2x\">", None, "quiet"),
    "refresh": ("<meta http-equiv=\"refresh\" content=\"99999;url=@\">", None, "quiet"),
    "refresh, all of it": ("<meta http-equiv=\"refresh\" content=\"@\">", None, "quiet"),
    "svg animation": ("<svg><a id=a><animate attributeName=href to=\"@\" begin=0s fill=freeze /><text>l</text></a></svg>", None, "quiet"),
    "handler string": ("<p class=t onclick=\"got('@')\"></p>", "e => fired(e)", "exact"),
    "handler string, single": ("<p class=t onclick='got(\"@\")'></p>", "e => fired(e)", "exact"),
    "handler string, entities": ("<p class=t onclick=\"got(&quot;@&quot;)\"></p>", "e => fired(e)", "exact"),
    "handler code": ("<p class=t onclick=\"got(@)\"></p>", "e => fired(e)", "code"),
    "handler of json": ("<p class=t onclick=\"got(@json)\"></p>", "e => fired(e)", "exact"),
    "handler, unquoted": ("<p class=t onclick=got('@')></p>", "e => fired(e)", "exact"),
    "javascript address": ("<a class=t href=\"javascript:top.got('@')\">l</a>", None, "quiet"),
    "script string": ("<script>got(\"@\")</script>", "e => took(e)", "exact"),
    "script string, single": ("<script>got('@')</script>", "e => took(e)", "exact"),
    "script template": ("<script>got(`@`)</script>", "e => took(e)", "exact"),
    "script template, nested": ("<script>got(`${`@`}`)</script>", "e => took(e)", "exact"),
    "script code": ("<script>got(@)</script>", "e => took(e)", "code"),
    "script json": ("<script>got(@json)</script>", "e => took(e)", "exact"),
    "script json in string": ("<script>got(JSON.parse('@json'))</script>", "e => took(e)", "exact"),
    "script module": ("<script type=module>got('@')</script>", "e => took(e)", "exact"),
    "script regex": ("<script>got(/^@$/u.source)</script>", None, "quiet"),
    "script comment": ("<script>// @\ngot(1)</script>", None, "quiet"),
    "script block comment": ("<script>/* @ */got(1)</script>", None, "quiet"),
    "script behind comment begin": ("<script><!-- @\ngot(1)</script>", None, "quiet"),
    "svg script": ("<svg><script>got('@')</script></svg>", "e => took(e)", "exact"),
    "ld+json": ("<script class=t type=\"application/ld+json\">{\"a\": \"@\"}</script>", "e => JSON.parse(e.querySelector('.t').textContent).a", "exact"),
    "ld+json code": ("<script class=t type=\"application/ld+json\">{\"a\": @}</script>", "e => JSON.parse(e.querySelector('.t').textContent).a", "code"),
    "ld+json json": ("<script class=t type=\"application/ld+json\">{\"a\": @json}</script>", "e => JSON.parse(e.querySelector('.t').textContent).a", "exact"),
    "script of another type": ("<script class=t type=\"text/template\"><p>@</p></script>", "e => parsed(e.querySelector('.t').textContent).slice(0)", "raw"),
    "style string": ("<style>#c# .t::before { content: \"@\" }</style><p class=t></p>", "e => css(getComputedStyle(e.querySelector('.t'), '::before').content)", "style"),
    "style address": ("<style>#c# .t { background: url(@) }</style><p class=t></p>", None, "quiet"),
    "style address in quotes": ("<style>#c# .t { background: url('@') }</style><p class=t></p>", None, "quiet"),
    "style value": ("<style>#c# .t { color: @ }</style><p class=t></p>", None, "quiet"),
    "style rule": ("<style>#c# .t { @ }</style><p class=t></p>", None, "quiet"),
    "style selector": ("<style>#c# .@ { color: red }</style><p class=t></p>", None, "quiet"),
    "style comment": ("<style>/* @ */</style>", None, "quiet"),
    "style attribute": ("<p class=t style=\"color: @\"></p>", None, "quiet"),
    "style attribute, all of it": ("<p class=t style=\"@\"></p>", None, "quiet"),
    "style attribute string": ("<p class=t style=\"--x: '@'\"></p>", "e => css(getComputedStyle(e.querySelector('.t')).getPropertyValue('--x'))", "style"),
    "style attribute address": ("<p class=t style=\"background: url(@)\"></p>", None, "quiet"),
    "comment": ("<!-- @ --><p class=t>after</p>", "e => e.querySelector('.t').textContent", "after"),
    "comment, tight": ("<!--@--><p class=t>after</p>", "e => e.querySelector('.t').textContent", "after"),
    "srcdoc": ("<iframe class=t srcdoc=\"<p>@</p>\"></iframe>", "e => e.querySelector('.t').contentDocument.body.textContent", "value"),
    "name of a tag": ("<@ class=t></@>", None, "quiet"),
    "name of an attribute": ("<p class=t @></p>", None, "quiet"),
    "name and value": ("<p class=t @=\"@\"></p>", None, "quiet"),
    "rest of a name": ("<p class=t data-@=\"1\"></p>", None, "quiet"),
    "rest of a tag's name": ("<x-@ class=t></x-@>", None, "quiet"),
    "noscript": ("<noscript>@</noscript>", None, "quiet"),
    "xmp": ("<xmp>@</xmp>", None, "quiet"),
    "doctype": ("<!doctype @>", None, "quiet"),
    "branches": ("<a class=t {% if odd %}href=\"{% else %}title=\"{% endif %}@\">l</a>", None, "quiet"),
    "branches, script and style": ("<{% if odd %}script{% else %}style{% endif %}>a = \"@\"</{% if odd %}script{% else %}style{% endif %}>", None, "quiet"),
}  # fmt: skip

# HTML built from literals and data: the template prints it itself.
BUILT = {
    "append a link": ("{{ '<a class=t href=\"' | append: x | append: '\">l</a>' }}", "e => e.querySelector('.t').getAttribute('href')", "address"),
    "append an element": ("{{ '<p class=t>' | append: x | append: '</p>' }}", "e => e.querySelector('.t').textContent", "text"),
    "prepend an element": ("{{ x | prepend: '<p class=t title=\"a\">' | append: '</p>' }}", "e => e.querySelector('.t').textContent", "text"),
    "append a handler": ("{{ '<p class=t onclick=\"got(`' | append: x | append: '`)\"></p>' }}", "e => fired(e)", "exact"),
    "append a script": ("{{ '<script>got(\"' | append: x | append: '\")</script>' }}", "e => took(e)", "exact"),
    "append an unquoted value": ("{{ '<p class=t title=' | append: x | append: '></p>' }}", "e => e.querySelector('.t').getAttribute('title') ?? ''", "unquoted"),
    "capture a link": ("{% capture v %}<a class=t href=\"{{ x }}\" title='{{ x }}'>{{ x }}</a>{% endcapture %}{{ v }}", "e => e.querySelector('.t').textContent", "text"),
    "capture a link, its address": ("{% capture v %}<a class=t href=\"{{ x }}\">l</a>{% endcapture %}{{ v }}", "e => e.querySelector('.t').getAttribute('href')", "address"),
    "capture a link, in a value": ("{% capture v %}<a href=\"/\">{{ x }}</a>{% endcapture %}<p class=t title=\"{{ v }}\"></p>", "e => e.querySelector('.t').getAttribute('title').slice(12, -4)", "value"),
    "capture a link, in a single value": ("{% capture v %}<a href='/'>{{ x }}</a>{% endcapture %}<p class=t title='{{ v }}'></p>", "e => e.querySelector('.t').getAttribute('title').slice(12, -4)", "value"),
    "capture a link, as json": ("{% capture v %}<b>{{ x }}</b>{% endcapture %}<script>got({{ v | json }})</script>", "e => parsed(took(e))", "text"),
    "capture a link, in a script": ("{% capture v %}<b>{{ x }}</b>{% endcapture %}<script>got('{{ v }}')</script>", "e => took(e).slice(3, -4)", "exact"),
    "capture attributes": ("{% capture v %}class=t title=\"{{ x }}\" onclick=\"got('{{ x }}')\" href='{{ x }}'{% endcapture %}<a {{ v }}>l</a>", "e => fired(e)", "exact"),
    "capture a style": ("{% capture v %}--x: '{{ x }}';{% endcapture %}<p class=t style=\"{{ v }}\"></p>", "e => css(getComputedStyle(e.querySelector('.t')).getPropertyValue('--x'))", "style"),
    "capture a sheet": ("{% capture v %}<style>#c# .t::before { content: '{{ x }}' }</style><p class=t></p>{% endcapture %}{{ v }}", "e => css(getComputedStyle(e.querySelector('.t'), '::before').content)", "style"),
    "capture a script": ("{% capture v %}var s = '{{ x }}'; got(s){% endcapture %}<script>{{ v }}</script>", "e => took(e)", "exact"),
    "replace in an element": ("{{ '<p class=t title=\"Q\">Q</p>' | replace: 'Q', x }}", "e => e.querySelector('.t').textContent", "text"),
    "replace in a link": ("{{ '<a class=t href=\"Q\">l</a>' | replace: 'Q', x }}", "e => e.querySelector('.t').getAttribute('href')", "address"),
    "replace data by a tag": ("<p class=t>{{ x | replace: 'zzz', '<br>' }}</p>", "e => e.querySelector('.t').textContent", "text"),
    "join elements": ("{% assign v = one | join: '</li><li>' %}{{ '<ul><li class=t>' | append: v | append: '</li></ul>' }}", "e => e.querySelector('.t').textContent", "text"),
    "join by data": ("{{ '<p class=t>|</p>' | split: '|' | join: x }}", "e => e.querySelector('.t').textContent", "text"),
    "render a link": ("{% render 'link', a: x %}", "e => e.querySelector('.t').getAttribute('href')", "address"),
    "render attributes": ("<a {% render 'attributes', a: x %}>l</a>", "e => e.querySelector('.t').getAttribute('title')", "value"),
    "render in a script": ("<script>{% render 'code', a: x %}</script>", "e => took(e)", "exact"),
    "render in a value": ("<p class=t title=\"{% render 'element', a: x %}\"></p>", "e => e.querySelector('.t').getAttribute('title').slice(13, -4)", "value"),
    "newline_to_br": ("<p class=t>{{ x | newline_to_br }}</p>", None, "quiet"),
    "upcase of an element": ("{{ '<p class=t>' | append: x | append: '</p>' | upcase }}", None, "quiet"),
    "truncate of an element": ("{{ '<p class=t>' | append: x | truncate: 40 }}</p>", None, "quiet"),
    "slices of an element": ("{% for i in (0..40) %}<p>{{ '<b>' | append: x | slice: i, 9 }}</b></p>{% endfor %}", None, "quiet"),
}  # fmt: skip
PARTIALS |= {
    "link": "<a class=t href=\"{{ a }}\">l</a>", "attributes": "class=t title='{{ a }}' href=\"{{ a }}\"", "code": "var s = `{{ a }}`; got(s)",
    "element": "<b title='x'>{{ a }}</b>",
}  # fmt: skip

# Frames take their time: these have a few ways only.
FRAMES = {"iframe src", "object data", "embed src", "srcdoc"}
FEW = {"plain", "append to nothing", "capture", "render"}

# In bare code of a script text is a literal with quotes, and in a value the quotes of JSON are escaped; a refresh takes only
# digits, a name the author began too; what he writes cannot leave a quoted value or a string either; in these places of a style only what it allows is text.
DIFFER = {
    "handler code", "script code", "ld+json code", "attribute of json", "handler of json", "refresh, all of it", "script json in string",
    "name of a tag", "name of an attribute", "name and value", "built: capture a link, in a value", "built: capture a link, in a single value",
    "built: capture a link, in a script"}  # fmt: skip
ONLY_WORDS = {
    "style value", "style rule", "style selector", "style attribute", "style attribute, all of it", "style comment", "script comment", "script block comment",
    "script behind comment begin", "name of a tag", "name of an attribute", "name and value", "rest of a name", "rest of a tag's name", "script regex",
    "refresh, all of it", "branches, script and style",
}  # fmt: skip

DETECTOR = """
(() => {
  const top_ = window.top;
  if (window === top_) { window.pwned = []; window.taken = {}; window.current = null; }
  const note = (what) => { try { top_.pwned.push(what) } catch { } };
  for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => note(name);
  try { Object.defineProperty(window, 'evil', { get() { note('evil'); return 1 } }) } catch { }
  if (window !== top_) { window.got = top_.got; return; }
  window.got = (value) => {
    const script = document.currentScript, box = script && script.closest('[data-case]');
    const key = box ? box.dataset.case : window.current;
    if (key !== null && key !== undefined) window.taken[key] = value; else (window.loose ??= []).push(value);
  };
  window.took = (e) => e.dataset.case in window.taken ? window.taken[e.dataset.case] : window.loose?.[boxes().indexOf(e)];
  window.boxes = () => [...document.querySelectorAll('body > div[data-case]')];
  window.fired = (e) => { window.current = e.dataset.case; e.querySelector('.t').dispatchEvent(new Event('click')); window.current = null; return window.taken[e.dataset.case]; };
  window.parsed = (html) => new DOMParser().parseFromString(html, 'text/html').body.textContent;
  window.css = (text) => text.trim().slice(1, -1).replace(/\\\\([0-9a-f]{1,6}) ?|\\\\(.)/gs, (_, hex, plain) => hex ? String.fromCodePoint(parseInt(hex, 16)) : plain);
  window.provoke = () => {
    const sink = document.createElement('iframe');
    sink.name = 'sink';
    document.body.append(sink);
    const events = ['mouseover', 'mouseenter', 'mousedown', 'focus', 'blur', 'keydown', 'load', 'error', 'animationstart', 'toggle', 'pointerover', 'input', 'change'];
    for (const e of [...document.querySelectorAll('[data-case] *')]) {
      for (const a of ['target', 'formtarget']) if (e.tagName !== 'FORM' || a === 'target') e.setAttribute(a, 'sink');
      for (const name of events) e.dispatchEvent(new Event(name, { bubbles: true }));
      if (e.hasAttribute('onclick')) continue;
      if (e.href !== undefined || e.tagName === 'BUTTON' || e.tagName === 'a') e.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    }
  };
})();
"""


def render(cases, escaping):
    """The outputs of cases, in one process. Payloads that are no UTF-8 go in as the bytes they are."""
    lines = []
    for case in cases:
        line = json.dumps(case).encode()
        for number, payload in enumerate(INVALID):
            line = line.replace(b"INVALID%d" % number, payload)
        lines.append(line)
    answer = subprocess.run(
        [BINARY, "template", "render", "--cases", "-", "--escaping", escaping, "--limits", "steps=50000000"], input=b"\n".join(lines) + b"\n",
        capture_output=True, cwd=ROOT, timeout=120)
    outputs = [json.loads(line) for line in answer.stdout.split(b"\n") if line]
    assert len(outputs) == len(cases), answer.stderr[-2000:]
    assert not [o for o in outputs if "error" in o], [(c["template"], o["error"]) for c, o in zip(cases, outputs) if "error" in o][:3]
    return [output["output"] for output in outputs]


def template(body, way, prelude):
    """One box for each payload, made in one way."""
    if prelude.startswith(("{% render", "{% include")):
        shown = body.replace("@", prelude)
    else:
        shown = prelude + body.replace("@json", "{{ v | json }}").replace("@", "{{ v }}")
    name = f"{way}-{{{{ forloop.index0 }}}}"
    return (
        "{% for item in items %}{% assign x = item.x %}{% assign one = item.one %}{% assign odd = item.odd %}"
        f'<div data-case="{name}" id="c{name}">' + shown.replace("#c#", f"#c{name}") + "</div>\n{% endfor %}")


def items(payloads):
    return [{"x": payload, "one": [payload], "odd": number % 2 == 1} for number, payload in enumerate(payloads)]


def pages():
    """Every page: its name, reader and kind, and for each way its name, template and what stands around the data."""
    found = []
    for place, (body, reader, kind) in PLACES.items():
        ways = [
            (way, template(body, number, prelude), before, after) for number, (way, (prelude, before, after)) in enumerate(WAYS.items())
            if not ("@json" in body and prelude.startswith(("{% render", "{% include"))) and (way in FEW or place not in FRAMES)]
        found.append((place, reader, kind, ways))
    return found + [(f"built: {name}", reader, kind, [("", template(body, 0, ""), "", "")]) for name, (body, reader, kind) in BUILT.items()]


def texts():
    return PAYLOADS + [payload.decode("utf-8", "replace") for payload in INVALID]


def normal(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def expected(way, kind, data, before, after):
    """What the browser must read; HTML's parser changes line ends and NUL where no entity stands for them."""
    text = before + data + after
    if kind in ("exact", "style", "code") and way == "escape":
        # The author asked for HTML in a place that knows no entities.
        text = html.escape(data).replace("&#x27;", "&#39;")
    if kind == "text":
        return normal(text).replace("\0", "")
    if kind == "area":
        return normal(text).replace("\0", "\ufffd").removeprefix("\n")
    if kind in ("raw", "value", "address", "media"):
        return normal(text).replace("\0", "\ufffd")
    if kind in ("style", "unquoted", "unquoted address"):
        return text.replace("\0", "\ufffd")
    return "after" if kind == "after" else text


class Reader:
    """A tab that serves one page and notes what is asked of the network."""

    def __init__(self, browser):
        self.context = browser.new_context()
        self.context.add_init_script(DETECTOR)
        self.page = self.context.new_page()
        self.body, self.asked, self.opened, self.errors = b"", [], [], []
        self.page.route("**/*", self.serve)
        self.context.on("page", lambda page: self.opened.append(page))
        self.page.on("dialog", lambda dialog: (self.asked.append("dialog"), dialog.dismiss()))

    def serve(self, route):
        url = route.request.url
        if url == f"{ORIGIN}/page":
            route.fulfill(body=self.body, content_type="text/html; charset=utf-8")
        else:
            self.asked.append(url)
            route.fulfill(status=204, body=b"")

    def read(self, body, reader):
        self.body, self.asked = ("<!DOCTYPE html><meta charset=utf-8><body>" + body).encode(), []
        self.page.goto(f"{ORIGIN}/page", wait_until="load")
        values = []
        if reader:
            values = self.page.evaluate(
                f"() => boxes().map(e => {{ try {{ return ({reader})(e) ?? null }} catch (error) {{ return 'threw: ' + error }} }})")
        boxes = self.page.evaluate("boxes().length")
        protocols = self.page.evaluate(
            "texts => texts.map(text => { try { return new URL(text, location.href).protocol } catch { return '' } })", texts())
        self.page.evaluate("provoke()")
        self.page.wait_for_timeout(15)
        return values, boxes, protocols, self.page.evaluate("window.pwned ?? ['the page is gone']")


def fault(value, way, kind, data, before, after, protocol):
    """What is wrong with a value that was read, or None."""
    wanted = expected(way, kind, data, before, after)
    if kind == "code" and (before + after or not data):
        # What the author writes in code is code, with a text beside it none that could be run; so is the lack of any.
        return None
    if kind not in ("address", "unquoted address", "media"):
        return None if value == wanted else f"{data!r} is {value!r}, not {wanted!r}"
    # Text in front makes a path of it, or a scheme nobody knows.
    harmless = before != "" or protocol in ALLOWED or protocol == "" or (kind == "media" and data.startswith("data:image/"))
    if value != before + BLOCKED + after:
        return None if value == wanted and harmless else f"{data!r} is {value!r}"
    return f"{data!r} was blocked" if harmless and ":" not in re.split("[/?#]", data)[0] else None


def faults_of(browser, some):
    faults, count = [], 0
    payloads = PAYLOADS + [f"INVALID{number}" for number in range(len(INVALID))]
    cases = [
        {"template": "".join(made for _, made, _, _ in ways), "data": {"items": items(payloads)}, "partials": PARTIALS} for _, _, _, ways in some]
    tab = Reader(browser)
    for (name, reader, kind, ways), output in zip(some, render(cases, "auto")):
        values, boxes, protocols, pwned = tab.read(output, reader)
        count += len(ways) * len(payloads)
        if pwned:
            faults.append(f"{name}: ran {pwned[:3]}")
        forbidden = [url for url in tab.asked if urlsplit(url).hostname == "forbidden.example"]
        if forbidden or tab.opened:
            faults.append(f"{name}: asked for {forbidden[:3]}, opened {len(tab.opened)}")
        if boxes != len(ways) * len(payloads):
            faults.append(f"{name}: {boxes} boxes for {len(ways)} times {len(payloads)} payloads")
        around = [(way, before, after, data, protocol) for way, _, before, after in ways for data, protocol in zip(texts(), protocols)]
        for value, (way, before, after, data, protocol) in zip(values, around):
            if found := fault(value, way, kind, data, before, after, protocol):
                faults.append(f"{name} / {way}: {found}")
    tab.context.close()
    return faults, count


@pytest.mark.parametrize("share", range(4))
def test_nothing_runs_and_nothing_is_lost(browser, figures, share):
    some = pages()[share::4]
    faults, count = faults_of(browser, some)
    figures.append(f"escaping {share + 1} of 4: {len(some)} places, {count} values in Chromium")
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:60])


def test_clean_data_prints_what_manual_prints(figures):
    some = [(name, made) for name, _, _, ways in pages() if name not in DIFFER for _, made, _, _ in ways]
    cases = [
        {"template": made, "data": {"items": items(WORDS if name in ONLY_WORDS or "unquoted" in name else CLEAN)}, "partials": PARTIALS} for name, made in some]
    faults = [
        (name, auto, manual) for (name, _), auto, manual in zip(some, render(cases, "auto"), render(cases, "manual")) if auto != manual]
    figures.append(f"escaping: {len(some)} templates print clean data as with manual escaping")
    assert not faults, faults[:5]
