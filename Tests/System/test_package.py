"""Another package uses the library product by path: the manifest and the example are those that the guide prints."""
import json
import re
import subprocess

from conftest import BINARY, ROOT

GUIDE = (ROOT / "docs" / "template-language.md").read_text()


def blocks():
    """The guide's pieces of Swift: a manifest, a program, and what goes on from it. A line that prints says what."""
    manifest, program, *more = re.findall(r"^```swift\n(.*?)^```$", GUIDE, flags=re.M | re.S)
    return manifest, program, "".join(more)


def test_the_guides_example_compiles_and_prints_what_it_says(tmp_path):
    manifest, program, more = blocks()
    assert len(program.strip().split("\n")) <= 10
    expected = re.findall(r"print\(String.*// (.+)$", program + more, flags=re.M)
    assert len(expected) == 3
    (tmp_path / "storefront").symlink_to(ROOT)
    package = tmp_path / "menu"
    (package / "Sources" / "Menu").mkdir(parents=True)
    (package / "Package.swift").write_text(manifest)
    (package / "Sources" / "Menu" / "main.swift").write_text(program + more)
    # What was built for the last run is used again.
    words = ["swift", "run", "--quiet", "--package-path", package, "--scratch-path", ROOT / ".build" / "guide", "Menu"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (0, "\n".join(expected) + "\n"), done.stderr
    built = {file.parent.name for file in (ROOT / ".build" / "guide").rglob("*.build/*.o")}
    assert built == {"TemplateEngine.build", "Menu.build"}, "a user of the engine builds nothing else"


def test_the_filters_the_guide_names_are_there():
    table = GUIDE.split("| filters | |")[1].split("\n\n")[0]
    names = re.findall(r"`([a-z_0-9]+)`", table)
    lines = [json.dumps({"template": "{{ x | %s }}" % name}) for name in names] + ['{"template": "{{ x | nosuch }}"}']
    done = subprocess.run(
        [BINARY, "template", "render", "--cases", "-", "--errors", "inline"], input="\n".join(lines), capture_output=True, text=True)
    *known, unknown = map(json.loads, done.stdout.strip().split("\n"))
    assert len(known) == len(names) > 50 and "error" in unknown
    assert [name for name, answer in zip(names, known) if "error" in answer] == []
