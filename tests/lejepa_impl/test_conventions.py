"""A converted weight leaves the objective and its gradient as they were, up to the stated factor."""

import itertools
import re
from pathlib import Path

import pytest
import torch
from torch import Generator
from torch.nn.functional import normalize

from lejepa_impl.objectives.alignment import Alignment
from lejepa_impl.objectives.conventions import CONVENTIONS, Batch, Convention, convert, relative_weight, weight_of
from lejepa_impl.objectives.lejepa import LeJEPA
from lejepa_impl.regularizers.sigreg import SIGReg

BATCH = Batch(dim=3, pairs=20, processes=4)
#: Each way in which conventions differ, from one and the same.
ONE_BY_ONE = {
    "alignment of pairs": Convention(Alignment(around_pair_mean=False)),
    "alignment summed over dimensions": Convention(Alignment(over_dimensions=False)),
    "additive": Convention(convex=False),
    "distance itself": Convention(scaled=False),
    "each view": Convention(pooled=False),
    "samples of one process": Convention(over_processes=False),
}
ALL = ONE_BY_ONE | CONVENTIONS


DIRECTIONS = normalize(torch.randn(BATCH.dim, 50, generator=Generator().manual_seed(1), dtype=torch.float64), dim=0)


def value_and_gradient(weight, convention, *, one_law):
    """Write the objective of a convention out on the batch of all processes."""
    generator = Generator().manual_seed(0)
    first = torch.randn(BATCH.pairs * BATCH.processes, BATCH.dim, generator=generator, dtype=torch.float64) * 1.3
    # The embeddings of the first view, matched otherwise, have their law; those moved besides have another.
    second = first.roll(1, 0) if one_law else 0.8 * first.roll(1, 0) + 0.1
    matrix = torch.diag(torch.linspace(0.5, 1.5, BATCH.dim, dtype=torch.float64)).requires_grad_()
    share = 1 if convention.over_processes or not convention.scaled else 1 / BATCH.processes
    regularizer = SIGReg(scaled=convention.scaled)
    value = LeJEPA(
        lambda sample, _: share * regularizer.along(DIRECTIONS, sample),
        weight,
        convention.alignment,
        convention.convex,
        convention.pooled,
    )(first @ matrix, second @ matrix, Generator())
    value.backward()
    return value.detach(), matrix.grad


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(ALL, 2)))
def test_the_converted_objective_is_the_original_up_to_the_factor(source, target):
    source, target = ALL[source], ALL[target]
    one_law = source.pooled != target.pooled
    converted = convert(0.3, source, target, BATCH)
    original = value_and_gradient(0.3, source, one_law=one_law)
    other = value_and_gradient(converted.weight, target, one_law=one_law)
    for one, two in zip(original, other, strict=True):
        torch.testing.assert_close(one, converted.factor * two, rtol=1e-12, atol=1e-14)


def test_a_mean_over_views_exceeds_the_pooled_distance_by_that_between_views():
    generator = Generator().manual_seed(2)
    views = [torch.randn(40, BATCH.dim, generator=generator, dtype=torch.float64) * scale for scale in (0.7, 1.4)]
    regularizer = SIGReg(scaled=False)
    pooled = regularizer.along(DIRECTIONS, torch.cat(views))
    each = sum(regularizer.along(DIRECTIONS, view) for view in views) / 2
    times = torch.linspace(0, 3, 17, dtype=torch.float64)
    weights = torch.full_like(times, 2 * 3 / 16)
    weights[[0, -1]] /= 2
    functions = [torch.exp(1j * times * (view @ DIRECTIONS)[..., None]).mean(0) for view in views]
    between = (functions[0] - functions[1]).abs().square() @ (weights * torch.exp(-(times**2) / 2)) / 4
    torch.testing.assert_close(each, pooled + between.mean())
    assert between.mean() > 0.01


@pytest.mark.parametrize("name", ALL)
def test_a_weight_comes_back_from_its_relative_weight(name):
    assert weight_of(relative_weight(0.02, ALL[name], BATCH), ALL[name], BATCH) == pytest.approx(0.02, rel=1e-12)


def test_the_weight_of_an_unscaled_statistic_grows_with_the_batch():
    # (1 - x) A + x N D = c ((1 - y) A + y D) needs y / (1 - y) = N x / (1 - x).
    converted = convert(0.02, CONVENTIONS["W"], Convention(scaled=False), Batch(dim=2, pairs=256))
    assert converted.weight / (1 - converted.weight) == pytest.approx(512 * 0.02 / 0.98)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: convert(1.0, Convention(), Convention(), BATCH), "in \\(0, 1\\) in a convex convention, not 1.0"),
        (lambda: convert(-1, Convention(convex=False), Convention(), BATCH), "must be positive, not -1"),
        (lambda: weight_of(float("nan"), Convention(), BATCH), "relative weight must be positive, not nan"),
        (lambda: Batch(dim=0, pairs=1), "dim of a batch must be at least 1, not 0"),
    ],
)
def test_what_is_no_weight_is_refused(act, message):
    with pytest.raises(ValueError, match=message):
        act()


PAGE = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text()


def test_the_documented_conversion_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    exec(code, {})
    weight, factor = map(float, capsys.readouterr().out.split())
    # 0.09 (128 D) to L/192, against weight (256 D) to (1 - weight) L/768.
    assert weight / (1 - weight) == pytest.approx(0.09 / 8)
    assert factor * weight * 256 == pytest.approx(0.09 * 128)


def test_the_documented_table_is_that_of_the_code():
    rows = re.findall(r"^\| ([^|`]+) \| \$(.*?)\$ \| \$(.*?)\$ \| \$(.*?)\$ \|", PAGE, flags=re.MULTILINE)
    assert {name for name, *_ in rows} == set(CONVENTIONS)
    for name, weighing, alignment, samples in rows:
        convention = CONVENTIONS[name]
        assert weighing == (r"(1-\lambda)A + \lambda R" if convention.convex else r"A + \lambda R")
        written = {"L/4m": 1 / 12, "L/m": 1 / 3}[alignment]
        assert convention.alignment.factor(3) == pytest.approx(written)
        assert convention.samples(Batch(3, 20, 4)) == {"2N": 40, "N": 20, "PN": 80}[samples]
