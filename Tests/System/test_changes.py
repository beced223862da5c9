"""A change in the core API reaches every worker of every machine, by one entry in the change log."""
import changes
import pytest

pytestmark = pytest.mark.alone


def test_every_worker_of_every_machine_shows_an_edit(tmp_path, figures):
    result = changes.measure(tmp_path, edits=25, machines=2, count=2)
    figures.append("edits: " + ", ".join(f"{name} {value}" for name, value in result.items()))
    assert result["log_entries"] == result["edits"]
