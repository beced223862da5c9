"""`storefront template render`: one template, and `--cases` with thousands of them in one process."""
import json
import pathlib
import subprocess
import time

import pytest

from conftest import BINARY, ROOT

RENDER = [str(BINARY), "template", "render"]


def cases(lines, *words):
    """The answers to lines of text or bytes, or to objects."""
    whole = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    done = subprocess.run([*RENDER, "--cases", "-", *words], input=whole, capture_output=True, timeout=60, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, b""), done
    answers = done.stdout.decode().split("\n")
    assert answers.pop() == ""
    return [json.loads(answer) for answer in answers]


def one(case, *words):
    [answer] = cases([case], *words)
    return answer


def fault(message, line=1, column=1, template="template", output=""):
    return {"error": {"message": message, "template": template, "line": line, "column": column}, "output": output}


def test_each_case_has_its_own_data_and_partials():
    assert cases([
        {"template": "{{ x }}{% render 'p' %}", "data": {"x": 1}, "partials": {"p": "[p]"}},
        {"template": "{{ x }}{% assign x = 2 %}", "data": None, "partials": None},
        {"template": "{{ x }}"},
        {"name": "what a suite notes beside a case is passed over", "template": ""},
    ]) == [{"output": "1[p]"}, {"output": ""}, {"output": ""}, {"output": ""}]


def test_escaping_is_off_unless_asked_for():
    case = {"template": "{{ x }}", "data": {"x": "<b>"}}
    assert one(case) == one(case, "--escaping", "manual") == {"output": "<b>"}
    assert one(case, "--escaping", "auto") == {"output": "&lt;b&gt;"}


@pytest.mark.parametrize("case, answer", [
    ({"template": "a\n {{ x | upcse }}"}, fault("unknown filter 'upcse'", 2, 9)),
    ({"template": "a{{ 1 | divided_by: 0 }}b"}, fault("divided by 0", 1, 9, output="a")),
    ({"template": "a{% render 'no' %}b"}, fault("there is no partial 'no'", 1, 5, output="a")),
    ({"template": "a{% render 'p' %}b", "partials": {"p": "\n{{ 1 | divided_by: 0 }}"}}, fault("divided by 0", 2, 8, "p", "a\n")),
    ({"template": "a{% render 'p' %}b", "partials": {"p": "\n{% if %}{% endif %}"}}, None),
    ({"template": "{% if x %}{% render 'p' %}{% endif %}b", "partials": {"p": "{% if %}"}}, {"output": "b"}),
    ({"template": "{% render 'p' %}", "partials": {"p": "-{% render 'p' %}"}},
     fault("partials are nested deeper than 64", 1, 5, "p", "-" * 64)),
])
def test_what_is_an_error(case, answer):
    found = one(case)
    if answer is None:  # the partial's own fault, in the compiler's words
        assert (found["error"]["template"], found["error"]["line"], found["output"]) == ("p", 2, "a"), found
    else:
        assert found == answer


def test_errors_may_be_printed_as_liquid_does():
    case = {"template": "a{{ 1 | divided_by: 0 }}b"}
    assert one(case, "--errors", "inline") == {"output": "aLiquid error (template line 1): divided by 0b"}
    assert one(case, "--errors", "fail")["output"] == "a"
    broken = {"template": "a{% render 'p' %}b", "partials": {"p": "{{ x | nope }}"}}
    assert one(broken, "--errors", "inline") == {"output": "aLiquid syntax error (p line 1): unknown filter 'nope'b"}


def test_a_line_that_is_no_case_is_answered_and_the_run_goes_on():
    good = {"template": "ok"}
    lines = [good, b"", b"{\"template\": \"x\",}", b"[1]", b"{\"template\": 3}", {"template": "", "data": [1]},
             {"template": "", "partials": {"p": 1}}, {"template": "", "partials": "p"}, b"\xff\xfe", b"nul", good]
    answers = cases(lines)
    assert len(answers) == len(lines)
    assert answers[0] == answers[-1] == {"output": "ok"}
    for number, answer in enumerate(answers[1:-1], 2):
        assert (answer["error"]["template"], answer["error"]["line"], answer["output"]) == ("standard input", number, "")
    assert [answers[at]["error"]["column"] for at in (1, 2)] == [1, 18]
    assert "partial \"p\"" in answers[6]["error"]["message"]


def test_a_line_too_long_to_hold_is_answered_too():
    answers = cases([b'{"template": "' + b"x" * (65 << 20) + b'"}', {"template": "ok"}])
    assert "longer than 67108864 bytes" in answers[0]["error"]["message"] and answers[1] == {"output": "ok"}


def test_data_is_exact():
    assert cases([
        b'{"template": "{{ a }} {{ b }} {{ c }}", "data": {"a": 9223372036854775807, "b": -1.5, "c": 1e-7}}',
        b'{"template": "{{ a }}", "data": {"a": 1, "a": 2}, "template": "{{ a }}!"}',
        b'{"template": "{{ a }}", "data": {"a": "\\ud83d\\ude00 \\ud83d \\u0000 \\" \\\\ \\/ \\t\xc3\xa9"}}',
        b'{"template": "\xff{{ a }}", "data": {"a": "a\xffb"}}',
        b'{"template": "{% for m in a %}{{ m[0] }}{% endfor %}", "data": {"a": {"z": 1, "a": 2, "m": 3}}}\r',
    ]) == [
        {"output": "9223372036854775807 -1.5 1.0e-07"}, {"output": "2!"}, {"output": "\U0001F600 \ufffd \x00 \" \\ / \té"},
        {"output": "\ufffda\ufffdb"}, {"output": "zam"}]


def test_limits_can_be_given_and_end_a_case_at_the_same_place():
    case = {"template": "{% for i in (1..9) %}{{ i }}{% endfor %}"}
    assert one(case) == {"output": "123456789"}
    ended = one(case, "--limits", "output=3")
    assert ended["error"]["message"] == "the output is larger than 3 bytes"
    assert len(ended["output"]) <= 3 and "123".startswith(ended["output"])
    assert one(case, "--limits", "output=3,steps=5") == one(case, "--limits", "steps=5", "--limits=output=3")
    assert "5 steps" in one(case, "--limits", "steps=5")["error"]["message"]
    assert one({"template": "{{ 'a,b,c' | split: ',' | join }}"}, "--limits", "at-once=1")["error"]["message"] \
        == "this works on too much at once: it is longer than 1 steps"


def test_answers_come_as_the_cases_do():
    with subprocess.Popen([*RENDER, "--cases", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        for number in range(3):
            process.stdin.write(json.dumps({"template": str(number)}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"output": str(number)}
        process.stdin.write(b'{"template": "no line end"}')
        process.stdin.close()
        assert json.loads(process.stdout.readline()) == {"output": "no line end"}


def test_memory_does_not_grow_with_the_number_of_cases(tmp_path):
    line = json.dumps({"template": "{% for i in x %}{{ i }}{% endfor %}", "data": {"x": list(range(50))}}).encode() + b"\n"
    answers = tmp_path / "answers"
    with open(answers, "wb") as out, subprocess.Popen([*RENDER, "--cases", "-"], stdin=subprocess.PIPE, stdout=out, cwd=ROOT) as process:
        peaks = []
        for total, more in ((1000, 1000), (20000, 19000)):
            process.stdin.write(line * more)
            process.stdin.flush()
            while answers.read_bytes().count(b"\n") < total:
                assert process.poll() is None
                time.sleep(0.01)
            # The process' own high-water mark, while it waits for more.
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            peaks.append(int(status.split("VmHWM:")[1].split()[0]))
        process.stdin.close()
    assert peaks[1] < peaks[0] + 2048, peaks


@pytest.mark.parametrize("words, sentence", [
    ([], "needs FILE|- or --cases FILE"),
    (["--cases", "-", "page.liquid"], 'takes the place of "page.liquid"'),
    (["--cases", "-", "--data", "x"], 'a case brings its own "data"'),
    (["-", "--limits", "step=1"], 'did you mean "steps"?'),
    (["-", "--limits", "time=1"], "it takes steps, at-once, output, depth, assigned, requests"),
    (["-", "--limits", "steps"], "needs a number: steps=N"),
    (["-", "--limits", "steps=-1"], "whole number"),
    (["-", "--limits", "steps=1e3"], "whole number"),
    (["-", "--limits", ""], "has no"),
    (["-", "--errors", "silent"], "fail or inline"),
    (["-", "--escaping", "on"], "auto or manual"),
])
def test_wrong_words_are_explained(words, sentence):
    answer = subprocess.run([*RENDER, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30, cwd=ROOT)
    assert (answer.returncode, answer.stdout) == (2, "") and sentence in answer.stderr, answer


def test_a_missing_file_of_cases_is_an_environment_error():
    for path in ("no/such.jsonl", "Sources"):
        answer = subprocess.run([*RENDER, "--cases", path], capture_output=True, text=True, timeout=30, cwd=ROOT)
        assert answer.returncode == 3 and f"{path} cannot be read" in answer.stderr, answer


SUITE = [
    {"name": "same", "template": "{{ x }}", "data": {"x": "<"}, "result": "<"},
    {"name": "one of two", "template": "a", "results": ["b", "a"]},
    {"name": "must fail", "template": "{% if %}", "invalid": True},
    {"name": "an error was not expected", "template": "{% if %}", "result": ""},
    {"name": "with a `tick` in its name", "template": "a", "result": "b"},
]
ROWS = "| `an error was not expected` | r1 |\n| `with a `tick` in its name` | r2 |\n"


def conformance(folder, rows, suite=SUITE):
    (folder / "suite.json").write_text(json.dumps({"tests": suite}))
    (folder / "table.md").write_text(f"# T\n## Other\n| `same` | no |\n## Differences\n\n| case | why |\n|---|---|\n{rows}\n## More\n")
    return subprocess.run(
        [ROOT / "scripts/conformance", "--binary", BINARY, "--suite", folder / "suite.json", "--table", folder / "table.md"],
        capture_output=True, text=True, timeout=60)


def test_conformance_needs_each_difference_listed_and_each_listed_one_to_differ(tmp_path):
    done = conformance(tmp_path, ROWS)
    assert done.returncode == 0 and "3 of 5" in done.stdout and "2 differences listed" in done.stdout and "r1" in done.stdout
    done = conformance(tmp_path, ROWS.split("\n")[0])
    assert done.returncode == 1 and "NOT LISTED: with a `tick`" in done.stdout
    done = conformance(tmp_path, ROWS + "| `must fail` | r3 |\n")
    assert done.returncode == 1 and "NO LONGER DIFFERS: must fail" in done.stdout
    done = conformance(tmp_path, ROWS, SUITE[:3])
    assert done.returncode == 1 and "2 listed in vain" in done.stdout
