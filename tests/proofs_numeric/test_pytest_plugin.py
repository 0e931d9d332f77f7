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
    from proofs_numeric.worlds.gaussian import GaussianWorld

    def test_profile():
        print("examples:", settings().max_examples)

    @given(st.floats(0.1, 0.9).map(lambda rho: GaussianWorld(dim=2, rho=rho)), st.integers())
    def test_world(world, other):
        assert world.rho < 0.5

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


def test_a_failing_world_is_printed_as_a_specification(run):
    output = run("--hypothesis-profile=quick")
    section = re.search(r"-+ lejepa-companion world: world -+\n(.*?)\n[=-]{3}", output, flags=re.DOTALL)
    specification = yaml.safe_load(section[1])
    assert specification.pop("schema") == 1
    # The simplest of the failing ones.
    assert GaussianWorld(**specification) == GaussianWorld(dim=2, rho=0.5)
    assert output.count("lejepa-companion world") == 1


def test_a_thorough_run_shows_the_seed_that_repeats_it(run):
    options = ("--hypothesis-profile=thorough", "-k", "world", "-p", "no:cacheprovider")
    seed = re.search(r"--hypothesis-seed=(\d+)", run(*options))[1]
    assert f"--hypothesis-seed={seed}" in run(*options, f"--hypothesis-seed={seed}")
    assert f"--hypothesis-seed={seed}" not in run(*options)
