"""Experiments are what their files say; mistakes in them are listed with their places."""

from pathlib import Path

import pytest
import yaml

from lejepa_impl.experiments.spec import SHIPPED, Experiment, ExperimentError, load

TINY = yaml.safe_load((Path(__file__).parent / "tiny.yaml").read_text())


@pytest.fixture(scope="module")
def tiny():
    return Experiment.model_validate(TINY)


@pytest.mark.parametrize(
    ("name", "runs", "attempts"),
    [
        ("two_dimensional", 8 * 2 * 3, 48),
        ("grid", 189, 189),
        ("scaling", 10 * 2 * 3 * 5, 300 + 2 * 5 * 2 * 3 * 5),
        ("generalised_normal", 324, 324),
    ],
)
def test_shipped_experiments_have_the_runs_of_the_paper(name, runs, attempts):
    experiment = load(name)
    assert (len(experiment.runs), sum(len(run.attempts) for run in experiment.runs)) == (runs, attempts)
    assert {spec.steps for run in experiment.runs for spec in run.attempts} == {20_000}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_experiments_have_readable_runs(name):
    experiment = load(name)
    assert experiment.name == name
    ids = [id_ for run in experiment.runs for id_ in run.attempt_ids()]
    assert len(ids) == len(set(ids))
    assert all(len(id_) < 200 and "/" not in id_ for id_ in ids)
    assert f"{name}_small" in SHIPPED or name.endswith("_small")


def test_a_run_has_its_case_its_place_on_the_axes_and_its_seed(tiny):
    experiment = Experiment.model_validate(TINY | {"axes": {"rho": [0.5, 0.9]}, "seeds": [0, 1]})
    assert [run.id for run in experiment.runs][:3] == [
        "perceptron,rho=0.5,seed=0",
        "perceptron,rho=0.5,seed=1",
        "perceptron,rho=0.9,seed=0",
    ]
    run = experiment.runs[5]
    assert (run.case, run.attempts[0].rho, run.attempts[0].encoder) == ("coupling", 0.5, "matched")
    assert [spec.seed for spec in run.attempts] == [1, 1001]
    assert experiment.digest != tiny.digest
    assert Experiment.model_validate(TINY | {"title": "another"}).digest == tiny.digest


def test_all_mistakes_are_listed_with_their_places(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("""
name: bad name
title: With many mistakes
base: {steps: -3, hiden: 4, dim: 2, seed: 1}
axes: {rho: [0.5, 2], dim: [2, 3], batch: 7}
cases:
  - {name: a, mixing: spiral}
  - {name: b, mixing: nope}
  - {nam: c, mixing: identity}
seeds: [0, -1]
restarts: {count: 1, up_to_dim: 2}
points: 3
more: 1
""")
    with pytest.raises(ExperimentError) as caught:
        load(str(path))
    message = str(caught.value)
    places = {line.strip().split(": ")[0] for line in message.splitlines()[1:]}
    assert places == {
        *("name", "source", "more", "points", "restarts.count", "seeds[1]", "axes.batch", "axes.rho[1]"),
        *("base.steps", "base.hiden", "base.dim", "base.seed", "cases[1].mixing", "cases[2].name", "cases[2].nam"),
        # This mixing has two latents.
        *("runs.a,rho=0.5,dim=3", "runs.a,rho=2,dim=3"),
    }
    assert message.splitlines()[0] == f"{path}: mistakes: {len(places)}"


@pytest.mark.parametrize(
    ("changed", "mistake"),
    [
        ({"seeds": [3, 3]}, "runs.perceptron,seed=3: is there twice"),
        ({"cases": [{"name": "a"}, {"name": "b", "rho": 0.95}]}, "runs.b,seed=3: is the same run as a,seed=3"),
        ({"axes": {"rho": [0.5, "5e-1"]}}, "runs.perceptron,rho=0.5,seed=3: is there twice"),
        ({"axes": {"rho": [0.1] * 400, "seed": [1] * 400}}, "experiment: 480000 runs are too many"),
        ({"axes": {"rho": []}}, "axes.rho: "),
        ({"base": [1]}, "base: "),
        ({"schema": 2}, "schema: "),
        (
            {
                "axes": {
                    "regularizer_weight": [1 / 3],
                    "learning_rate": [1 / 3],
                    "off_diagonal": [1 / 3],
                    "rho": [1 / 3],
                }
                | {"kernel_width": [1 / 3], "variance": [1 / 3], "covariance": [1 / 3], "weight_decay": [1 / 3]}
            },
            "axes: a run is named by 2",
        ),
        (
            {"cases": [{"name": "a"}], "seeds": [0, 1], "restarts": {"count": 2, "up_to_dim": 2, "seed_step": 1}},
            "restarts.seed_step: a,seed=0 and a,seed=1 share an attempt",
        ),
        (
            {"cases": [], "base": TINY["base"] | {"dim": 3, "mixing": "banana"}},
            "base: mixing banana: this mixing has 2 latents",
        ),
    ],
    ids=["seeds", "cases", "axis", "too many", "empty", "base", "schema", "name", "restarts", "the only run"],
)
def test_a_mistake_is_named(changed, mistake, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(yaml.safe_dump(TINY | changed))
    with pytest.raises(ExperimentError) as caught:
        load(str(path))
    assert f"  {mistake}" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        ("name: x\n  bad: [1\n", "line 2: not YAML"),
        ("- 1\n", "settings by name"),
        ("\0", "not YAML"),
        ("base: {rho: 0.5}\nbase: {rho: 0.6}\n", "line 2: not YAML: base is given twice"),
        ("points: " + "9" * 5000, "not YAML"),
        ("[" * 5000, "not YAML"),
    ],
    ids=["syntax", "list", "characters", "twice", "digits", "nested"],
)
def test_what_is_no_yaml_is_refused(content, mistake, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    with pytest.raises(ExperimentError, match=mistake):
        load(str(path))


def test_an_unknown_experiment_is_refused():
    with pytest.raises(ExperimentError, match=r"nope is neither a file nor one of .*grid"):
        load("nope")


def test_settings_of_the_base_can_be_replaced():
    assert {run.attempts[0].pairs for run in load("grid", {"pairs": "one_parent"}).runs} == {"one_parent"}
    with pytest.raises(ExperimentError, match=r"base\.rho: is an axis too"):
        load("grid", {"rho": "0.5"})
    with pytest.raises(ExperimentError, match=r"^--set rho: line 1: not YAML"):
        load("grid", {"rho": "[0.5"})


def test_a_base_without_names_is_not_replaced(tmp_path):
    (tmp_path / "list.yaml").write_text(yaml.safe_dump(TINY | {"base": [1]}))
    with pytest.raises(ExperimentError, match=r"  base: Input should be a valid dictionary$"):
        load(str(tmp_path / "list.yaml"), {"rho": "0.5"})
