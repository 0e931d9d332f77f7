"""The printed tables are read with the precision that is printed."""

import math

import pytest

from lejepa_impl.experiments.paper.tables import Printed, published_tables
from lejepa_impl.train.spec import TrainingSpec

TABLES = published_tables()
SCALING = TABLES["scaling"]
CELLS = list(SCALING.cells())


def units_of(value, unit):
    return value / unit


@pytest.mark.parametrize("name", TABLES)
def test_printed_numbers_are_whole_in_units_of_their_last_digit(name):
    cells = list(TABLES[name].cells())
    assert cells
    for cell in cells:
        printed = cell.printed
        assert units_of(printed.mean, printed.unit) == pytest.approx(round(units_of(printed.mean, printed.unit)))
        if printed.std:
            steps = units_of(printed.std, printed.std_unit)
            assert steps == pytest.approx(round(steps))
            assert 1 <= steps < 100


@pytest.mark.parametrize("column", ["r2_z_to_h", "orth_err_normalized", "align", "sigreg", "whitening", "infonce"])
def test_a_column_uses_the_decimals_that_it_is_said_to_have(column):
    decimals = SCALING.columns[column].decimals
    means = [row[column].mean for table in SCALING.tables.values() for row in table.rows if column in row]
    assert any(round(mean, decimals - 1) != mean for mean in means)


def test_the_scaling_tables_are_complete():
    by_table = {name: [cell for cell in CELLS if cell.table == name] for name in SCALING.tables}
    assert {name: len(cells) for name, cells in by_table.items()} == {"sigreg": 70, "vicreg": 70, "infonce": 70}
    assert {cell.labels["dim"] for cell in CELLS} == {2**power for power in range(1, 11)}
    assert len({(cell.table, cell.measure, cell.labels["dim"]) for cell in CELLS}) == len(CELLS)


def test_settings_are_settings_of_a_run():
    (label,) = SCALING.labels.values()
    for table in SCALING.tables.values():
        given = SCALING.where | SCALING.settings | table.where | table.settings
        assert {label, "pairs"} <= TrainingSpec.model_fields.keys()
        assert TrainingSpec.model_validate(given).model_dump().items() >= given.items()


def test_table_1_shows_that_digits_are_cut():
    column, decimals = "r2_h_to_z", SCALING.columns["r2_h_to_z"].decimals
    assert SCALING.more_digits is not None
    finer = {row["latent_dim"]: row for row in SCALING.more_digits.rows}
    cut, rounded = [], []
    for name, table in SCALING.tables.items():
        for row in table.rows:
            exact, coarse = finer[row["latent_dim"]][f"{name}_{column}"], row[column].mean
            step = 10.0**-decimals
            cut.append(math.isclose(math.floor(exact / step + 1e-6) * step, coarse, abs_tol=step / 100))
            # Half a unit of the finer number is left, by which that one was rounded.
            rounded.append(abs(exact - coarse) <= 0.55 * step)
    assert all(cut)
    assert rounded.count(False) > len(rounded) / 3


def test_more_digits_of_a_mean_are_used():
    (cell,) = (c for c in CELLS if (c.table, c.measure, c.labels["dim"]) == ("sigreg", "r2_h_to_z_in_sample", 2))
    assert (cell.printed.mean, cell.printed.unit) == (0.999998, pytest.approx(1e-6))
    (cell,) = (c for c in CELLS if (c.table, c.measure, c.labels["dim"]) == ("sigreg", "r2_z_to_h_in_sample", 2))
    assert (cell.printed.mean, cell.printed.unit) == (0.99999, pytest.approx(1e-5))


@pytest.mark.parametrize("exact", [0.6484961, 0.64849001, 0.6484949, 0.6485049])
def test_the_interval_holds_what_is_rounded_or_cut_to_a_printed_number(exact):
    for mean in (round(exact, 5), math.floor(exact * 1e5) / 1e5):
        low, high = Printed(mean=mean, unit=1e-5, runs=5).interval
        assert low - 1e-12 <= exact <= high + 1e-12


def test_the_largest_standard_deviation_covers_rounding_and_both_divisors():
    printed = Printed(mean=0.0, unit=0.1, std=0.14, std_unit=0.01, runs=5)
    values = [0.0, 0.0, 0.0, 0.37, 0.1]
    mean = sum(values) / 5
    squares = sum((value - mean) ** 2 for value in values)
    assert math.floor(math.sqrt(squares / 5) * 100) / 100 == printed.std
    assert printed.largest_std >= math.sqrt(squares / 4)
