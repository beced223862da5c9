"""The checks themselves: each finds what it is for in a copy of the package, and nothing in the package as it is."""
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path):
    """A copy of the tracked and new files, without what building made."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, names):
        source = ROOT / name
        if source.is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, tmp_path / name)
    return tmp_path


def check(name, folder):
    return subprocess.run([ROOT / "scripts" / name, folder], capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize(
    "module, statement, says",
    [
        ("Tenancy", "import HTTP", "Tenancy may not import HTTP"),
        ("FragmentCache", "import CUv", "FragmentCache may not import CUv"),
        ("HTTP", "import Foundation", "use FoundationEssentials"),
        ("EventLoop", "import Dispatch", "use the loop"),
        ("TemplateEngine", "public import Glibc", "TemplateEngine's row of TOOLCHAIN"),
        ("ChangeLog", "@preconcurrency import FoundationEssentials", "ChangeLog may not import FoundationEssentials"),
        ("Delivery", "import struct Storefront.Page", "Delivery may not import Storefront"),
        ("Supervision", "@testable import CPosix; import Testing", "only targets under Tests"),
    ],
)
def test_forbidden_import_is_found_and_its_removal_passes(copy, module, statement, says):
    added = copy / "Sources" / module / "Forbidden.swift"
    added.write_text(f"// import Nothing\n{statement}\n")
    found = check("check-imports", copy)
    assert found.returncode == 1
    assert f"Sources/{module}/Forbidden.swift:2: " in found.stdout
    assert says in found.stdout
    added.unlink()
    clean = check("check-imports", copy)
    assert (clean.returncode, clean.stdout) == (0, "")


def append(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + text)


@pytest.mark.parametrize(
    "file, text, says",
    [
        ("Sources/CLibraries/CUv/module.modulemap", 'module X { link "curl" }\n', "gives link:curl"),
        ("Sources/CLibraries/CPosix/include/more.h", "#include <libpq-fe.h>\n", "gives header:libpq-fe.h"),
        ("Package.swift", '// library("CPq", apt: "libpq-dev", pkgConfig: "libpq")\n', "apt package libpq-dev"),
        ("Package.swift", '// pkgConfig: "libpq"\n', "gives pc:libpq"),
        ("scripts/more", "#!/bin/bash\nset -e\nhyperfine true\n", "starts hyperfine"),
        ("scripts/more", "#!/bin/bash\nif x=$(squid -v); then :; fi\n", "starts squid"),
        ("Tests/System/test_more.py", "import subprocess\nsubprocess.Popen(['memcached'])\n", "starts memcached"),
        ("Tests/System/test_more.py", "from lxml import etree\n", "lxml is imported"),
        ("Benchmarks/more.rb", "require 'json'\n  require 'redcarpet'\n", "Benchmarks/more.rb:2: nothing in packages.txt gives gem:redcarpet"),
        ("Benchmarks/more.js", "const fs = require('fs');\nrequire('koa');\n", "Benchmarks/more.js:2: nothing in packages.txt gives node:koa"),
        ("Benchmarks/more.py", "stage.start('one', ['haproxy', '-f', file])\n", "starts haproxy"),
        ("requirements.txt", "six\n", "not pinned"),
        ("requirements.txt", "six==1.17.0\n", "six is imported by nothing"),
        ("packages.txt", "build | libpq-dev | link:pq | nothing yet\n", "libpq-dev is used by nothing"),
    ],
)
def test_unlisted_package_is_found(copy, file, text, says):
    append(copy / file, text)
    found = check("check-packages", copy)
    assert found.returncode == 1
    assert says in found.stdout


@pytest.mark.parametrize("name", ["check-imports", "check-packages"])
def test_package_as_it_is_passes(name):
    found = check(name, ROOT)
    assert (found.returncode, found.stdout) == (0, "")
