"""The sweep predicts what the spectra say, trains in the same worlds, and can be repeated."""

import json
import math
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from torch import Generator

from lejepa_impl.validation.generalised_normal import SMALL, Sweep, SweepSpec, cases, sweep

TINY = SweepSpec(
    shapes=(4,),
    powers=(2,),
    correlations=(0.8,),
    hidden=32,
    steps=300,
    batch=128,
    learning_rate=1e-2,
    seeds=(0,),
    points=4_000,
)
CASES = {f"{case.family}-{case.exact.kurtosis:.3g}": case for case in cases(TINY)}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
COMMITTED = Path(__file__).parents[2] / "docs" / "_data" / "generalised_normal_sweep.json"


@every_case
def test_the_world_that_is_trained_in_is_the_one_whose_spectrum_is_known(case):
    # Diffusions are drawn through cells: both sides err by the square of their widths.
    assert case.trained.kurtosis == pytest.approx(case.exact.kurtosis, rel=2e-3)
    assert case.trained.next_kurtosis == pytest.approx(case.exact.next_kurtosis, rel=2e-3)
    assert float(case.trained.pair_correlation[0]) == pytest.approx(case.exact.pair_correlation[0], rel=2e-3)


@every_case
def test_the_top_eigenvalue_is_that_of_its_function_in_sampled_pairs(case):
    spectrum = case.exact.spectrum(2)
    first, second = case.trained.pairs(200_000, Generator().manual_seed(0))
    points, values = (torch.from_numpy(item.copy()) for item in (spectrum.points, spectrum.eigenfunctions[1]))

    def function(latent):
        # Linear between the points of the quadrature.
        latent = latent[:, 0].double().clamp(points[0], points[-1])
        right = torch.searchsorted(points, latent).clamp(1, len(points) - 1)
        share = (latent - points[right - 1]) / (points[right] - points[right - 1])
        return (1 - share) * values[right - 1] + share * values[right]

    now, then = function(first), function(second)
    distance = (then - now) ** 2 / ((now**2 + then**2).mean() / 2)
    # Two-sided false-alarm probability 1e-9; cells and interpolation add a small part.
    tolerance = 6.11 * float(distance.std()) / math.sqrt(len(distance)) + 4e-3
    assert float(distance.mean()) == pytest.approx(2 * (1 - case.prediction.top_eigenvalue), abs=tolerance)


def test_a_sweep_can_be_repeated():
    once, again = sweep(TINY), sweep(TINY)
    assert once == again
    assert len(once.points) == len(CASES)
    assert {point.family for point in once.points} == {"channel", "diffusion", "autoregression", "hyperbolic"}


def test_the_diffusion_decays_to_the_correlation_that_is_asked_for():
    case = next(case for case in CASES.values() if case.family == "diffusion")
    assert case.prediction.top_eigenvalue == pytest.approx(0.8, abs=1e-9)


def without_round_off(world):
    """A specification whose time, which is computed, has nine decimals."""
    return str({name: round(value, 9) if name == "time" else value for name, value in world.items()})


def test_the_committed_results_are_those_of_the_small_sweep():
    results = Sweep.model_validate(json.loads(COMMITTED.read_text()))
    assert results.spec == SMALL
    few = SMALL.model_copy(update={"shapes": SMALL.shapes[-1:], "correlations": SMALL.correlations[:1]})
    found = {(point.family, point.rho, without_round_off(point.world)): point.predicted_r2 for point in results.points}
    for case in cases(few):
        key = (case.family, case.rho, without_round_off(case.exact.model_dump(mode="json")))
        assert found[key] == pytest.approx(case.prediction.r2, abs=1e-5)


@pytest.mark.parametrize(
    "setting",
    [{"shapes": (0,)}, {"correlations": (1,)}, {"seeds": (-1,)}, {"widht": 3}],
    ids=lambda item: next(iter(item)),
)
def test_bad_settings_are_named(setting):
    with pytest.raises(ValidationError, match=next(iter(setting))):
        SweepSpec(**setting)
