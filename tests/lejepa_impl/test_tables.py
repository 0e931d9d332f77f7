"""Runs are compared with printed tables cell by cell: what agrees, what does not, and what is not known."""

import json
import math
import re
import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from scipy.stats import binom, ttest_ind_from_stats

from lejepa_impl.experiments.paper.tables import Printed, published_tables
from lejepa_impl.experiments.results import Results, ResultsError
from lejepa_impl.experiments.run import Job, Record, Trace, perform
from lejepa_impl.experiments.spec import Experiment, load
from lejepa_impl.report.tables.comparison import (
    Verdict,
    agreement_of_pairs,
    beyond_rounding,
    compare,
)
from lejepa_impl.report.tables.report import ExperimentReport
from lejepa_impl.report.tables.runs import MADE, Made, Runs, read_runs, summarised
from lejepa_impl.report.tables.welch import Spread, holm, welch
from lejepa_impl.train.spec import TrainingSpec

SCALING = published_tables()["scaling"]
SETTINGS = {"run", "case", *TrainingSpec.model_fields, "restart", "status", "error"}
COMMITTED = sorted((Path(__file__).parents[2] / "docs" / "_data").glob("*/results.parquet"))
#: What alignment is with each kind of pairs, at the identity.
ALIGNMENT = {"transition": 2 * (1 - 0.95) / 4, "one_parent": 2 * (1 - 0.95**2) / 4}


@pytest.mark.parametrize(
    ("first", "second"),
    [((0.3, 2.0, 3), (0.1, 0.5, 5)), ((-1.0, 1e-6, 10), (-1.0, 3e-6, 2)), ((5.0, 0.0, 4), (4.0, 1.0, 4))],
    ids=["apart", "equal", "one without spread"],
)
def test_the_z_score_is_that_of_welch(first, second):
    found = welch(first[0] - second[0], Spread(*first[1:]), Spread(*second[1:]))
    known = ttest_ind_from_stats(*first, *second, equal_var=False)
    assert found.z == pytest.approx(known.statistic)
    assert found.p_value == pytest.approx(known.pvalue)


def test_means_without_any_spread_differ_or_do_not():
    none = Spread(0.0, 3)
    assert welch(0.0, none, none)[::2] == (0.0, 1.0)
    assert welch(-1.0, none, none)[::2] == (-math.inf, 0.0)
    with pytest.raises(ValueError, match="two at least"):
        welch(0.0, Spread(1.0, 1), none)


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        ([], []),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.9], [1.0, 1.0]),
        ([0.001, 0.6, 0.01, 0.02], [0.004, 0.6, 0.03, 0.04]),
    ],
    ids=["none", "three", "large", "four"],
)
def test_holm_by_hand(p_values, adjusted):
    assert holm(p_values) == pytest.approx(adjusted)


def test_few_tables_of_equal_means_have_a_cell_that_disagrees():
    random = np.random.default_rng(0)
    tables, cells, level = 400, 10, 0.05
    alarms = 0
    for _ in range(tables):
        ours, theirs = random.standard_normal((cells, 3)), random.standard_normal((cells, 5))
        p_values = [
            welch(a.mean() - b.mean(), Spread(a.std(ddof=1), 3), Spread(b.std(ddof=1), 5)).p_value
            for a, b in zip(ours, theirs, strict=True)
        ]
        alarms += min(holm(p_values)) <= level
    # One-sided false-alarm probability 1e-9.
    assert alarms <= level * tables + 6 * math.sqrt(tables * level * (1 - level))


@pytest.mark.parametrize(
    ("mean", "beyond"), [(0.9999981, 0.0), (0.999985, 0.0), (0.99998, -5e-6), (1.0, 0.0), (1.1, 0.1)]
)
def test_a_difference_that_rounding_explains_is_none(mean, beyond):
    assert beyond_rounding(mean, Printed(mean=0.99999, unit=1e-5, runs=5)) == pytest.approx(beyond, abs=1e-12)


def row_of(case, spec, run_id, **measures):
    """Make a row of results whose numbers are drawn as W prints them, but for the alignment and what is given."""
    random = np.random.default_rng([spec.dim, spec.seed, len(case)])
    numbers = {
        cell.measure: cell.printed.mean + cell.printed.std * float(random.standard_normal())
        for cell in SCALING.cells()
        if cell.table == case and cell.labels["dim"] == spec.dim
    }
    own = {"alignment": ALIGNMENT[spec.pairs] * (1 + 0.01 * float(random.standard_normal()))}
    row = {"run": run_id, "case": case, **spec.model_dump(), "restart": 0, "status": "finished", "error": None}
    return row | numbers | own | measures


EXPERIMENT = Experiment(
    name="some",
    title="Some of it",
    source="W",
    base=SCALING.where | SCALING.settings,
    cases=tuple(
        {"name": name, **SCALING.tables[name].where, **SCALING.tables[name].settings} for name in ("sigreg", "vicreg")
    ),
    axes={"dim": [16, 64], "pairs": ["transition", "one_parent"]},
    seeds=(0, 1, 2),
)
ROWS = [row_of(run.case, run.attempts[0], run.id) for run in EXPERIMENT.runs]


def runs(rows, missing=()):
    names = dict.fromkeys(name for row in rows for name in row)
    return Runs(tuple(rows), tuple(name for name in names if name not in SETTINGS), tuple(missing))


def report(rows, missing=()):
    return ExperimentReport("some", "Some of it", runs(rows, missing))


def text_of(rows, missing=()):
    return report(rows, missing).document().markdown()


def write(folder, rows):
    names = dict.fromkeys(name for row in rows for name in row)
    pq.write_table(pa.Table.from_pylist([{n: row.get(n) for n in names} for row in rows]), folder / "results.parquet")


def verdicts(compared):
    return {(f.cell.table, f.pairs, f.cell.labels["dim"], f.cell.measure): f for f in compared}


def test_numbers_drawn_as_w_prints_them_agree():
    compared = [f for f in compare(runs(ROWS), SCALING) if f.cell.measure != "alignment"]
    known = [f for f in compared if f.cell.table != "infonce" and f.cell.labels["dim"] in (16, 64)]
    assert len(known) == 2 * 2 * 2 * 6
    assert {f.verdict for f in known} == {Verdict.AGREES}
    assert {f.verdict for f in compared if f not in known} == {Verdict.NOT_RUN}


def test_a_planted_cell_is_the_one_that_disagrees():
    where, measure = ("vicreg", 64, "one_parent"), "r2_h_to_z_in_sample"
    planted = [
        row | {measure: row[measure] - 1e-4} if (row["case"], row["dim"], row["pairs"]) == where else row
        for row in ROWS
    ]
    found = report(planted)
    named = [text for text in found.disagreeing if "alignment" not in text]
    assert len(named) == 1
    assert named[0].startswith("vicreg, dim 64, R²(h→z), in sample, one parent pairs:")
    assert f"- {named[0]}" in found.document().markdown()


def test_the_kinds_of_pairs_are_told_apart_by_the_alignment():
    found = {(f.measure, f.pairs): f for f in agreement_of_pairs(report(ROWS).compared)}
    assert found["alignment", "one_parent"].disagree == 0
    assert found["alignment", "transition"].agree == 0
    assert "of the two it can be one parent." in text_of(ROWS)


@pytest.mark.parametrize("recovered", [True, False])
def test_the_statement_on_pairs_is_of_linear_encoders(recovered):
    rows = [
        row | {"alignment": 0.3, "r2_h_to_z_in_sample": 0.999 if recovered else 0.5}
        if (row["case"], row["dim"]) == ("sigreg", 64)
        else row
        for row in ROWS
    ]
    assert ("of the two it can be neither." if recovered else "of the two it can be one parent.") in text_of(rows)


@pytest.mark.parametrize(
    ("measured", "says"),
    [
        ({"transition": 0.0484, "one_parent": 0.025}, "of the two it can be transition."),
        ({"transition": 0.0484, "one_parent": 0.0484}, "these runs do not tell the two apart."),
        ({"transition": 0.025, "one_parent": 0.07}, "of the two it can be neither."),
    ],
    ids=["transition", "both", "neither"],
)
def test_the_statement_on_pairs_follows_the_numbers(measured, says):
    rows = [
        row | {"alignment": measured[row["pairs"]] + 2e-4 * (row["seed"] - 1)}
        for row in ROWS
        if (row["case"], row["dim"]) == ("sigreg", 64)
    ]
    assert says in text_of(rows)


def test_one_kind_of_pairs_leaves_the_question_open():
    text = text_of([row for row in ROWS if row["pairs"] == "transition"])
    assert "this is open" in text
    assert "W's alignment loss disagrees" not in text


def test_one_seed_is_shown_and_not_compared():
    compared = verdicts(compare(runs([row for row in ROWS if row["seed"] == 0]), SCALING))
    found = compared["sigreg", "transition", 16, "r2_h_to_z_in_sample"]
    assert (found.verdict, found.z) == (Verdict.NOT_COMPARED, None)
    assert found.ours.runs == 1
    assert found.reason == "one seed"


def test_runs_of_several_settings_are_not_one_cell():
    rows = [*ROWS, *(row | {"run": f"{row['run']},steps=7", "steps": 7} for row in ROWS)]
    found = verdicts(compare(runs(rows), SCALING))["sigreg", "transition", 16, "r2_h_to_z_in_sample"]
    assert (found.verdict, found.reason) == (Verdict.NOT_COMPARED, "runs of several steps")


def test_settings_other_than_those_of_w_are_named():
    text = text_of([row | {"steps": 500} if row["case"] == "sigreg" else row for row in ROWS])
    assert "- sigreg: steps 500 (W: 20000)\n" in text
    assert "- vicreg: steps" not in text


def test_what_is_not_run_or_failed_or_not_done_is_listed():
    failure = {"status": "failed", "error": "the objective is nan"}
    rows = [row | failure if (row["case"], row["dim"]) == ("vicreg", 16) else row for row in ROWS]
    missing = "sigreg,dim=128,pairs=transition,seed=0"
    text = text_of(rows, [missing])
    assert "18 of 25 runs finished, 6 failed; 1 are not done yet, so that this report is not complete." in text
    assert "- vicreg,dim=16,pairs=transition,seed=0 failed: the objective is nan" in text
    assert "- sigreg, transition and one parent pairs: dim 2; dim 4; dim 8; dim 32; dim 128;" in text
    assert "dim 16 (3 runs failed)" in text
    found = report(rows, [missing]).json()
    assert found["missing"] == [missing]
    assert len(found["failed"]) == 6


def test_a_measure_that_is_not_finite_is_no_mean():
    assert summarised([{"r2": 1.0}, {"r2": math.nan}], "r2") is None
    assert summarised([{"r2": 1.0}, {}], "r2") is None
    assert summarised([{"r2": 1.0}, {"r2": 3.0}], "r2").std == pytest.approx(math.sqrt(2))


def describe(folder, experiment, **changed):
    """Write what a sweep writes of its experiment."""
    with Results.opened(folder / "described", experiment):
        pass
    description = json.loads((folder / "described" / "experiment.json").read_text())
    (folder / "experiment.json").write_text(json.dumps(description | changed))


def test_results_are_read_as_they_are_written(tmp_path):
    write(tmp_path, ROWS)
    found = read_runs(tmp_path, EXPERIMENT)
    assert [dict(row)["run"] for row in found.rows] == [run.id for run in EXPERIMENT.runs]
    assert found.missing == ()
    assert compare(found, SCALING) == compare(runs(ROWS), SCALING)
    write(tmp_path, ROWS[:-2])
    assert read_runs(tmp_path, EXPERIMENT).missing == tuple(row["run"] for row in ROWS[-2:])


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"{}"], ids=["empty", "truncated", "other"])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "results.parquet").write_bytes(content)
    with pytest.raises(ResultsError, match=r"results\.parquet is damaged or not Parquet"):
        read_runs(tmp_path, EXPERIMENT)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"run": "a", "seed": 0}], "it has no column pairs, status, error"),
        ([ROWS[0] | {"run": "a"}], "not of the experiment some: it has no run a"),
        ([ROWS[0] | {"steps": 7}], "dim=16,pairs=transition,seed=0 has the steps 7 and not 20000"),
        ([ROWS[0] | {"seed": 7}], "has the seed 7 and not 0"),
        ([ROWS[0] | {"r2_h_to_z": "high"}], "the column r2_h_to_z is not of measures"),
        ([ROWS[0], ROWS[0]], "dim=16,pairs=transition,seed=0 twice"),
    ],
    ids=["other columns", "other run", "other steps", "other seed", "no number", "twice"],
)
def test_results_of_something_else_are_named(tmp_path, rows, says):
    write(tmp_path, rows)
    with pytest.raises(ResultsError, match=says):
        read_runs(tmp_path, EXPERIMENT)


@pytest.mark.parametrize("versions", [[1], {"torch": None}, "2.0"], ids=str)
def test_a_damaged_description_is_named(versions, tmp_path):
    write(tmp_path, ROWS)
    describe(tmp_path, EXPERIMENT, versions=versions)
    with pytest.raises(ResultsError, match=r"experiment\.json is damaged: give the folder of its results by --results"):
        read_runs(tmp_path, EXPERIMENT)


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({"points": 500}, r"some \w{8}, and not of some \w{8} \(points is 500 there and 10000 here\)"),
        ({"name": "other", "seeds": [0, 1, 2, 3]}, r"other \w{8}, and not of some \w{8} \(seeds is "),
    ],
    ids=["version", "experiment"],
)
def test_results_of_another_experiment_are_named_though_their_rows_are_alike(changed, differs, tmp_path):
    write(tmp_path, ROWS)
    describe(tmp_path, Experiment.model_validate(EXPERIMENT.model_dump() | changed))
    with pytest.raises(ResultsError, match=f"has results of another experiment, {differs}"):
        read_runs(tmp_path, EXPERIMENT)


def test_another_title_is_no_other_experiment(tmp_path):
    write(tmp_path, ROWS[:-2])
    describe(tmp_path, Experiment.model_validate(EXPERIMENT.model_dump() | {"title": "Another"}))
    assert len(read_runs(tmp_path, EXPERIMENT).missing) == 2


def test_where_runs_were_made_is_kept_without_their_records(tmp_path):
    write(tmp_path, ROWS)
    describe(tmp_path, EXPERIMENT, versions={"torch": "2.0"})
    (tmp_path / "runs").mkdir()
    trace = Trace(host="h", device="Device 9000", seconds=1, resumed_at=0)
    (tmp_path / "runs" / "a.json").write_text(Record(id="a", trace=trace).model_dump_json())
    (tmp_path / "runs" / "b.json").write_text("{")
    made = read_runs(tmp_path, EXPERIMENT).made
    assert made == Made(devices=("Device 9000",), versions={"torch": "2.0"})
    shutil.rmtree(tmp_path / "runs")
    (tmp_path / "experiment.json").unlink()
    (tmp_path / MADE).write_text(made.model_dump_json())
    found = read_runs(tmp_path, EXPERIMENT)
    assert found.made == made
    assert "Made on Device 9000 with torch 2.0." in ExperimentReport("some", "Some", found).document().markdown()


def test_no_results_are_named(tmp_path):
    with pytest.raises(ResultsError, match=r"no results at .*: run `lejepa-companion sweep` first"):
        read_runs(tmp_path, EXPERIMENT)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "a.json").touch()
    with pytest.raises(ResultsError, match="started again, goes on"):
        read_runs(tmp_path, EXPERIMENT)


def test_the_row_of_a_restart_is_of_its_run(tmp_path):
    tried = Experiment.model_validate(EXPERIMENT.model_dump() | {"restarts": {"count": 2, "up_to_dim": 32}})
    write(tmp_path, [ROWS[0] | {"seed": 1000, "restart": 1}])
    assert len(read_runs(tmp_path, tried).rows) == 1


GRID = [
    {
        "run": f"weight={weight},rho={rho},pairs={pairs},seed={seed}",
        "case": "",
        **TrainingSpec(regularizer_weight=weight, rho=rho, pairs=pairs, seed=seed).model_dump(),
        "status": "finished",
        "error": None,
        "r2_h_to_z": rho - weight - seed / 100,
        "trace_covariance": 2 * weight,
    }
    for weight, rho, pairs, seed in product((1e-3, 1e-1), (0.5, 0.95), ("transition", "one_parent"), (0, 1))
]
SHAPES = [
    {
        "run": f"{mixing},shape={shape},seed={seed}",
        "case": mixing,
        **TrainingSpec(world="channel", shape=shape, mixing=mixing, seed=seed).model_dump(),
        "status": "finished",
        "error": None,
        "r2_h_to_z": 0.9,
        "r2_h_to_z_grid": 0.8 + seed / 100,
    }
    for mixing, shape, seed in product(("spiral", "banana"), (0.25, 2.0, 32.0), (0, 1))
]


def test_an_experiment_without_a_printed_table_is_shown_over_its_axes():
    found = report(GRID)
    assert found.published is None
    assert found.runs.axes == ("rho", "pairs", "regularizer_weight")
    text = found.document().markdown()
    assert "z =" not in text
    assert "| 0.95 | one parent | 0.001 | 0.9440 ± 0.0071 |" in text


def test_a_case_stands_for_the_settings_that_follow_from_it():
    assert runs(ROWS).axes == ("case", "dim", "pairs")


@pytest.mark.parametrize(
    "rows",
    [[row for row in ROWS if row["case"] == "sigreg"], GRID, SHAPES, [row for row in SHAPES if row["shape"] == 2]],
    ids=["beside W", "heat maps", "lines", "dots"],
)
def test_a_report_needs_no_other_file(rows):
    html = report(rows).document().html()
    assert html.count("<svg") == 1
    assert not re.search(r"@import|<img|(src|href)=\"(?!#|data:)", html)
    assert "$" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)


def test_a_report_is_the_same_again():
    once, again = (report([row for row in GRID if row["pairs"] == "transition"]) for _ in range(2))
    assert once.document().html() == again.document().html()
    assert json.dumps(once.json(), allow_nan=False) == json.dumps(again.json(), allow_nan=False)


def test_no_finished_run_gives_a_report_that_says_so():
    text = text_of([row | {"status": "failed", "error": "nothing"} for row in ROWS])
    assert "0 of 24 runs finished, 24 failed." in text
    assert "report.svg" not in text


def test_an_empty_sweep_is_reported():
    assert "0 of 2 runs finished; 2 are not done yet" in text_of([], ["a", "b"])


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "some.yaml"
    path.write_text(yaml.safe_dump(EXPERIMENT.model_dump(mode="json", by_alias=True)))
    return path


def test_the_command_writes_the_report_beside_the_results(command, spec, tmp_path):
    folder = tmp_path / "results" / "some"
    folder.mkdir(parents=True)
    write(folder, [row for row in ROWS if row["case"] == "sigreg"])
    code, out, _ = command("report", spec)
    assert code == 0
    assert "12 of 24 runs finished; 12 are not done yet" in out
    assert "sigreg, dim 64, alignment, transition pairs: " in out
    assert "of the two it can be one parent." in out
    assert {path.name for path in folder.iterdir()} == {
        "results.parquet",
        "made.json",
        "report.html",
        "report.md",
        "report.svg",
    }
    code, out, _ = command("report", spec, "--results", folder, "--out", "elsewhere", "--json")
    assert code == 0
    assert json.loads(out)["experiment"] == "some"
    assert (tmp_path / "elsewhere" / "report.md").read_text() == (folder / "report.md").read_text()


def test_the_report_of_a_sweep_with_other_settings_takes_these_too(command, spec, tmp_path):
    folder = tmp_path / "results" / "some"
    folder.mkdir(parents=True)
    write(folder, [row | {"warm_up": 5} for row in ROWS])
    describe(folder, Experiment.model_validate(EXPERIMENT.model_dump() | {"base": EXPERIMENT.base | {"warm_up": 5}}))
    code, _, error = command("report", spec)
    assert code == 2
    assert "(base.warm_up is 5 there and " in error
    code, _, error = command("report", spec, "--set", "warm_up=5")
    assert (code, error) == (0, "")


def test_the_command_names_a_mistake(command, spec):
    code, _, error = command("report", spec)
    assert code == 2
    assert "no results at results/some/results.parquet" in error
    code, _, error = command("report", "scalling")
    assert code == 2
    assert "scalling is neither a file nor one of" in error


def test_a_run_has_every_measure_that_w_prints(tmp_path):
    tables = SCALING.tables
    tiny = Experiment.model_validate(
        EXPERIMENT.model_dump()
        | {
            "base": {**SCALING.where, **SCALING.settings, "steps": 2, "slices": 2, "device": "cpu"},
            "axes": {"dim": [2], "pairs": ["one_parent"]},
            "cases": [{"name": name, **tables[name].where, **tables[name].settings} for name in tables],
            "seeds": [0, 1],
            "points": 300,
        }
    )
    with Results.opened(tmp_path, tiny) as results:
        for job in Job.of(tiny, 1):
            results.add(job, perform(job, tmp_path / "states", 60, ""))
        results.write_table()
    found = ExperimentReport("tiny", "Tiny", read_runs(tmp_path, tiny))
    here = [item for item in found.compared if item.cell.labels["dim"] == 2]
    assert len(here) == 3 * 7
    assert all(item.z is not None for item in here)
    assert found.runs.made.devices


def test_runs_beyond_their_bound_are_named():
    bounded = [
        {**row, "procrustes_error": 0.2, "sharp_bound_with_confidence": bound}
        for row, bound in zip(GRID, (0.3, 0.1, math.nan, None), strict=False)
    ]
    found = report([*bounded, *GRID[4:]])
    assert found.beyond_the_bound == [GRID[1]["run"]]
    says = "In 1 of 2 runs the Procrustes error is above the sharp bound"
    assert any(line.startswith(says) and line.endswith(f"{GRID[1]['run']}.") for line in found.summary())
    assert says in found.document().markdown()
    assert (found.json()["bounded"], found.json()["beyond_the_bound"]) == (2, [GRID[1]["run"]])
    assert not any("Procrustes" in line for line in report(GRID).summary())


def test_there_are_committed_results():
    assert {path.parent.name for path in COMMITTED} >= {
        "two_dimensional_small",
        "grid_small",
        "scaling_small",
        "generalised_normal_small",
    }


def test_the_sharp_bound_holds_in_committed_results():
    reports = [ExperimentReport("", "", read_runs(path.parent, load(path.parent.name))) for path in COMMITTED]
    bounded, beyond = (sum(len(getattr(r, name)) for r in reports) for name in ("bounded", "beyond_the_bound"))
    assert bounded > 50
    assert beyond <= binom.isf(1e-6, bounded, 0.05)


@pytest.mark.parametrize("results", COMMITTED, ids=lambda path: path.parent.name)
def test_committed_results_are_of_their_experiment_and_complete(results):
    found = read_runs(results.parent, load(results.parent.name))
    assert found.missing == ()
    # Weights that are too small for their batch end in a collapse, which is a result.
    assert all("collapsed" in row["error"] for row in found.failed)
    assert found.made.devices
    assert found.made.versions
