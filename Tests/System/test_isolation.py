"""Many shops, mixed and malformed requests, kept connections: nobody gets another shop's page. `make isolation` is the long form."""
import json
import time

import pytest
from isolation import Stage, sentence


@pytest.mark.parametrize("tenants, requests", [(101, 3000), (1001, 1000)])
def test_every_page_reaches_who_asked_for_it(tmp_path, figures, tenants, requests):
    stage = Stage(tmp_path, tenants)
    try:
        for way in stage.ways:
            began = time.monotonic()
            run = stage.run(way, requests)
            assert run.wrong == []
            assert min(run.counts.values()) > 0, run.counts
            assert sum(run.counts[kind] for kind in ("well-formed", "malformed", "marked")) >= requests
            figures.append(sentence(run, time.monotonic() - began))
    finally:
        assert stage.stop() == 0


def test_a_mix_up_would_be_found(tmp_path):
    """Two of three shops have each other's catalogue: what asks for them must say so."""
    stage = Stage(tmp_path, 3)
    try:
        files = [tmp_path / "var" / "catalog" / f"t{number:05}.json" for number in (1, 2)]
        first, second = [json.loads(file.read_text()) for file in files]
        files[0].write_text(json.dumps(second))
        files[1].write_text(json.dumps(first))
        stage.server.process.send_signal(1)
        stage.server.wait_for("reloaded")
        for way in stage.ways:
            wrong = stage.run(way, 200).wrong
            assert any("marks of" in line for line in wrong)
            assert not any("of t00000" in line and "tag" not in line for line in wrong if line.startswith("GET"))
    finally:
        stage.stop()
