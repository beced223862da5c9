"""Another package uses the library product by path: the manifest and the example are those that the guide prints."""
import re
import subprocess

from conftest import ROOT

GUIDE = (ROOT / "docs" / "template-language.md").read_text()


def blocks():
    """The guide's first two pieces of Swift: a manifest and a program, whose last line says what it prints."""
    manifest, program = re.findall(r"^```swift\n(.*?)^```$", GUIDE, flags=re.M | re.S)[:2]
    return manifest, program


def test_the_guides_example_compiles_and_prints_what_it_says(tmp_path):
    manifest, program = blocks()
    assert len(program.strip().split("\n")) <= 10
    expected = re.search(r"//  ?(.+)\n\Z", program).group(1)
    (tmp_path / "storefront").symlink_to(ROOT)
    package = tmp_path / "menu"
    (package / "Sources" / "Menu").mkdir(parents=True)
    (package / "Package.swift").write_text(manifest)
    (package / "Sources" / "Menu" / "main.swift").write_text(program)
    # What was built for the last run is used again.
    words = ["swift", "run", "--quiet", "--package-path", package, "--scratch-path", ROOT / ".build" / "guide", "Menu"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (0, expected + "\n"), done
    built = {file.parent.name for file in (ROOT / ".build" / "guide").rglob("*.build/*.o")}
    assert built == {"TemplateEngine.build", "Menu.build"}, "a user of the engine builds nothing else"
