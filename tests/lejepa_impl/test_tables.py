"""Results are compared with printed tables cell by cell: what agrees, what does not, and what is not known."""

import json
import math
import re
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import ttest_ind_from_stats

from lejepa_impl.experiments.paper.tables import Printed, published_tables
from lejepa_impl.report.tables.comparison import (
    Verdict,
    agreement_of_pairs,
    beyond_rounding,
    compare,
)
from lejepa_impl.report.tables.report import ExperimentReport
from lejepa_impl.report.tables.results import Results, ResultsError, read_results, summarised
from lejepa_impl.report.tables.welch import Spread, holm, welch
from lejepa_impl.train.spec import TrainingSpec

SCALING = published_tables()["scaling"]
SEEDS = range(3)
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


def run(table, pairs, dim, seed, **measures):
    """Make a row of results as W's numbers would come out, but for what is given."""
    settings = SCALING.where | SCALING.settings | SCALING.tables[table].where | SCALING.tables[table].settings
    spec = TrainingSpec.model_validate({"dim": dim, "pairs": pairs, "seed": seed} | settings)
    random = np.random.default_rng([dim, seed, len(table)])
    numbers = {
        cell.measure: cell.printed.mean + cell.printed.std * float(random.standard_normal())
        for cell in SCALING.cells()
        if cell.table == table and cell.labels["dim"] == dim
    }
    own = {"alignment": ALIGNMENT[pairs] * (1 + 0.01 * float(random.standard_normal()))}
    name = f"{table},dim={dim},pairs={pairs},seed={seed}"
    row = {"run": name, "case": table, **spec.model_dump(), "status": "finished", "error": None}
    return row | numbers | own | measures


def write(path, rows):
    names = dict.fromkeys(name for row in rows for name in row)
    pq.write_table(pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows]), path)
    return path


@pytest.fixture
def results(tmp_path):
    """Read results of rows through the file that a sweep writes."""

    def read(rows, planned=()):
        path = write(tmp_path / "results.parquet", rows)
        return read_results(path, planned or [row["run"] for row in rows])

    return read


ROWS = [
    run(table, pairs, dim, seed)
    for table, pairs, dim, seed in product(("sigreg", "vicreg"), ("transition", "one_parent"), (16, 64), SEEDS)
]


def verdicts(compared):
    return {(f.cell.table, f.pairs, f.cell.labels["dim"], f.cell.measure): f for f in compared}


def test_numbers_drawn_as_w_prints_them_agree(results):
    compared = [f for f in compare(results(ROWS), SCALING) if f.cell.measure != "alignment"]
    known = [f for f in compared if f.cell.table != "infonce" and f.cell.labels["dim"] in (16, 64)]
    assert len(known) == 2 * 2 * 2 * 6
    assert {f.verdict for f in known} == {Verdict.AGREES}
    assert {f.verdict for f in compared if f not in known} == {Verdict.NOT_RUN}


def test_a_planted_cell_is_the_one_that_disagrees(results):
    planted = [
        row | {"r2_h_to_z_in_sample": row["r2_h_to_z_in_sample"] - 1e-4} if (row["case"], row["dim"], row["pairs"]) == ("vicreg", 64, "one_parent") else row
        for row in ROWS
    ]
    report = ExperimentReport("planted", "Planted", results(planted))
    named = [text for text in report.disagreeing if "alignment" not in text]
    assert len(named) == 1
    assert named[0].startswith("vicreg, dim 64, R²(h→z), in sample, one_parent pairs:")
    assert any(named[0] in text for text in (report.document().markdown(), report.document().html()))


def test_the_kinds_of_pairs_are_told_apart_by_the_alignment(results):
    report = ExperimentReport("both", "Both", results(ROWS))
    found = {(f.measure, f.pairs): f for f in agreement_of_pairs(report.compared)}
    assert found["alignment", "one_parent"].disagree == 0
    assert found["alignment", "transition"].agree == 0
    assert "W's alignment loss agrees with one_parent pairs" in report.document().markdown()


@pytest.mark.parametrize(
    ("measured", "says"),
    [
        ({"transition": 0.0484, "one_parent": 0.025}, "agrees with transition pairs"),
        ({"transition": 0.0484, "one_parent": 0.0484}, "agrees with transition and with one_parent pairs"),
        ({"transition": 0.025, "one_parent": 0.07}, "agrees with neither kind of pairs; it is nearest to one_parent"),
    ],
    ids=["transition", "both", "neither"],
)
def test_the_statement_on_pairs_follows_the_numbers(results, measured, says):
    rows = [
        run("sigreg", pairs, 64, seed, alignment=value + 2e-4 * (seed - 1))
        for (pairs, value), seed in product(measured.items(), SEEDS)
    ]
    report = ExperimentReport("some", "Some", results(rows))
    modes = {f.pairs for f in report.compared}
    assert modes == set(measured)
    text = report.document().markdown()
    assert re.search(says.replace("transition and with one_parent", "(transition and with one_parent|one_parent and with transition)"), text)


def test_one_kind_of_pairs_leaves_the_question_open(results):
    text = ExperimentReport("one", "One", results([row for row in ROWS if row["pairs"] == "transition"])).document().markdown()
    assert "this is open" in text
    assert "W's alignment loss agrees" not in text


def test_one_seed_is_shown_and_not_compared(results):
    compared = verdicts(compare(results([row for row in ROWS if row["seed"] == 0]), SCALING))
    found = compared["sigreg", "transition", 16, "r2_h_to_z_in_sample"]
    assert (found.verdict, found.z) == (Verdict.NOT_COMPARED, None)
    assert found.ours.runs == 1
    assert "one run" in found.reason


def test_runs_of_several_settings_are_not_one_cell(results):
    rows = [*ROWS, *(row | {"run": f"{row['run']},steps=7", "steps": 7} for row in ROWS)]
    found = verdicts(compare(results(rows), SCALING))["sigreg", "transition", 16, "r2_h_to_z_in_sample"]
    assert (found.verdict, found.reason) == (Verdict.NOT_COMPARED, "runs of several steps")


def test_settings_other_than_those_of_w_are_named(results):
    rows = [row | {"steps": 500} if row["case"] == "sigreg" else row for row in ROWS]
    text = ExperimentReport("short", "Short", results(rows)).document().markdown()
    assert "- sigreg: steps 500 (W: 20000)" in text
    assert "- vicreg: " not in text


def test_what_is_not_run_or_failed_or_not_done_is_listed(results):
    failure = {"status": "failed", "error": "TrainingError: the objective is nan"}
    rows = [row | failure if (row["case"], row["dim"]) == ("vicreg", 16) else row for row in ROWS]
    planned = [*(row["run"] for row in rows), "sigreg,dim=128,pairs=transition,seed=0"]
    report = ExperimentReport("partly", "Partly", results(rows, planned))
    text = report.document().markdown()
    assert "18 of 25 runs finished, 6 failed; 1 are not done yet, so that this report is not complete." in text
    assert "vicreg,dim=16,pairs=transition,seed=0 failed: TrainingError: the objective is nan" in text
    assert "- sigreg, transition and one_parent pairs: dim 2; dim 4; dim 8; dim 32; dim 128" in re.sub(
        "one_parent and transition", "transition and one_parent", text
    )
    assert "dim 16 (3 runs failed)" in text
    assert report.json()["missing"] == [planned[-1]]
    assert len(report.json()["failed"]) == 6


def test_a_measure_that_is_not_finite_is_no_mean():
    assert summarised([{"r2": 1.0}, {"r2": math.nan}], "r2") is None
    assert summarised([{"r2": 1.0}, {}], "r2") is None
    assert summarised([{"r2": 1.0}, {"r2": 3.0}], "r2").std == pytest.approx(math.sqrt(2))


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"{}"], ids=["empty", "truncated", "other"])
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "results.parquet"
    path.write_bytes(content)
    with pytest.raises(ResultsError, match=r"results\.parquet is damaged or not Parquet"):
        read_results(path, [])


def test_bad_results_are_named(tmp_path):
    with pytest.raises(ResultsError, match="no results at"):
        read_results(tmp_path / "results.parquet", [])
    with pytest.raises(ResultsError, match="no column pairs, status, error"):
        read_results(write(tmp_path / "other.parquet", [{"run": "a", "seed": 0}]), ["a"])
    with pytest.raises(ResultsError, match="of another experiment: 24 of its 24 runs are not planned"):
        read_results(write(tmp_path / "results.parquet", ROWS), ["a"])


def grid_rows():
    spec = TrainingSpec(regularizer="sigreg")
    for weight, rho, pairs, seed in product((1e-3, 1e-1), (0.5, 0.95), ("transition", "one_parent"), SEEDS[:2]):
        given = spec.model_copy(update={"regularizer_weight": weight, "rho": rho, "pairs": pairs, "seed": seed})
        yield {
            "run": f"weight={weight},rho={rho},pairs={pairs},seed={seed}",
            "case": "",
            **given.model_dump(),
            "status": "finished",
            "error": None,
            "r2_h_to_z": rho - weight - seed / 100,
            "trace_covariance": 2 * weight,
        }


def test_an_experiment_without_a_printed_table_is_shown_over_its_axes(results):
    report = ExperimentReport("grid", "Grid", results(list(grid_rows())))
    assert report.published is None
    assert report.results.axes == ("rho", "pairs", "regularizer_weight")
    text = report.document().markdown()
    assert "z =" not in text
    assert "| 0.95 | one_parent | 0.001 | 0.9440 ± 0.0071 |" in text


def test_a_case_stands_for_the_settings_that_follow_from_it(results):
    assert results(ROWS).axes == ("case", "dim", "pairs")


@pytest.mark.parametrize(
    "rows", [[row for row in ROWS if row["case"] == "sigreg"], list(grid_rows())], ids=["beside W", "without a table"]
)
def test_a_report_needs_no_other_file(results, rows):
    html = ExperimentReport("whole", "Whole", results(rows)).document().html()
    assert html.count("<svg") == 1
    assert not re.search(r"@import|<img|(src|href)=\"(?!#|data:)", html)
    assert "$" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)


def test_a_report_is_the_same_again(results):
    once, again = (ExperimentReport("same", "Same", results(list(grid_rows()))) for _ in range(2))
    assert once.document().html() == again.document().html()
    assert json.dumps(once.json(), allow_nan=False) == json.dumps(again.json(), allow_nan=False)


def test_no_finished_run_gives_a_report_that_says_so(results):
    rows = [row | {"status": "failed", "error": "ValueError: nothing"} for row in ROWS]
    text = ExperimentReport("none", "None", results(rows)).document().markdown()
    assert "0 of 24 runs finished, 24 failed." in text
    assert "report.svg" not in text


def test_an_empty_sweep_is_reported():
    report = ExperimentReport("empty", "Empty", Results((), ("r2_h_to_z",), ("a", "b")))
    assert "0 of 2 runs finished; 2 are not done yet" in report.document().markdown()
