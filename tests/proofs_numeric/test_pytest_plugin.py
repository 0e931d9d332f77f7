"""The plugin as a user's suite sees it: profiles, seeds, and worlds that print."""

import os
import re
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import yaml

from proofs_numeric import pytest_plugin
from proofs_numeric.worlds.gaussian import GaussianWorld

ROOT = Path(__file__).parents[2]

SUITE = """
    from hypothesis import given, settings, strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, rule
    from proofs_numeric.worlds.gaussian import GaussianWorld

    def test_profile():
        print("examples:", settings().max_examples)

    worlds = st.floats(0.1, 0.9).map(lambda rho: GaussianWorld(dim=2, rho=rho))

    @given(worlds, st.integers())
    def test_world(world, other):
        assert world.rho < 0.5

    @given(st.lists(worlds, min_size=2, max_size=2))
    def test_listed(found):
        assert found[1].rho < 0.5

    class Machine(RuleBasedStateMachine):
        @rule(drawn=worlds)
        def step(self, drawn):
            assert drawn.rho < 0.5

    TestMachine = Machine.TestCase

    @given(st.integers())
    def test_number(number):
        pass
"""


@pytest.fixture
def run(pytester, monkeypatch):
    # As in an environment of its own, where nothing but the two plugins is installed.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    pytester.makepyfile(SUITE)
    plugins = ["-p", "_hypothesis_pytestplugin", "-p", "proofs_numeric.pytest_plugin"]

    def run(*options):
        return pytester.runpytest_subprocess(*plugins, *options).stdout.str()

    return run


def test_the_entry_point_is_the_plugin():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    # The name is the one that `pytest -p` takes.
    (point,) = [EntryPoint(name, value, "pytest11") for name, value in declared.items()]
    assert point.name == "lejepa_companion"
    assert point.load() is pytest_plugin


@pytest.mark.parametrize(("profile", "examples"), [("quick", 25), ("thorough", 500)])
def test_profiles_can_be_chosen(run, profile, examples):
    output = run(f"--hypothesis-profile={profile}", "-k", "profile", "-s")
    assert f"examples: {examples}" in output


def test_without_a_profile_that_of_the_suite_stands(run):
    output = run("-k", "profile", "-s")
    assert "examples: 100" in output
    assert "seed" not in output


@pytest.mark.parametrize(
    ("test", "name"),
    [("test_world", "world"), ("test_listed", "found[1]"), ("Machine", "drawn")],
    ids=["argument", "list", "stateful"],
)
def test_a_failing_world_is_printed_as_a_specification(run, test, name):
    output = run("--hypothesis-profile=quick", "-k", test)
    section = re.search(rf"-+ lejepa-companion world: {re.escape(name)} -+\n(.*?)\n[=_-]{{3}}", output, flags=re.DOTALL)
    specification = yaml.safe_load(section[1])
    assert specification.pop("schema") == 1
    # The simplest of the failing ones.
    assert GaussianWorld(**specification) == GaussianWorld(dim=2, rho=0.5)
    assert output.count(f"lejepa-companion world: {name} ") == 1


def test_a_thorough_run_shows_the_seed_that_repeats_it(run):
    options = ("--hypothesis-profile=thorough", "-k", "world", "-p", "no:cacheprovider")
    seed = re.search(r"--hypothesis-seed=(\d+)", run(*options))[1]
    assert f"--hypothesis-seed={seed}" in run(*options, f"--hypothesis-seed={seed}")
    assert f"--hypothesis-seed={seed}" not in run(*options)


def test_a_quiet_thorough_run_shows_its_seed_too(run):
    options = ("--hypothesis-profile=thorough", "-q", "-p", "no:cacheprovider")
    assert "--hypothesis-seed=" in run(*options, "-k", "test_world")
    assert "seed" not in run(*options, "-k", "number")
