"""Error bars of Ritz values cover what other methods find, and the spectrum of several latents is theirs together."""

from functools import cache

import numpy as np
import pytest

from proofs_numeric.pair_law import linear_channel
from proofs_numeric.worlds import autoregressive
from proofs_numeric.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from proofs_numeric.worlds.joint import joint_optimum
from proofs_numeric.worlds.laws import (
    Discrete,
    Gamma,
    GaussianMixture,
    GeneralisedNormal,
    Laplace,
    Logistic,
    SkewNormal,
    StudentT,
    Uniform,
)
from proofs_numeric.worlds.ritz import RitzBasis

CHANNELS = [
    NonStationaryChannel(rho=rho, marginal=law)
    for rho in (0.5, 0.95, -0.7)
    for law in (
        GeneralisedNormal(alpha=32),
        GeneralisedNormal(alpha=4),
        GeneralisedNormal(alpha=1.5),
        GeneralisedNormal(alpha=0.5),
        Laplace(),
        Logistic(),
        Uniform(),
        StudentT(freedom=20),
        SkewNormal(slant=4),
        Gamma(shape=4),
        GaussianMixture(weights=(0.5, 0.5), means=(-2, 2), variances=(0.3, 0.3)),
    )
]
AUTOREGRESSIONS = [
    AutoregressiveWorld(rho=rho, marginal=law)
    for rho in (0.3, 0.9)
    for law in (Laplace(), Logistic(), Gamma(shape=8), Gamma(shape=2))
]


def named(world):
    return f"{world.marginal.law} {getattr(world.marginal, 'alpha', '')} {world.rho}"


@cache
def by_cells(world, cells):
    """Eigenvalues of S on functions that are constant in cells: lower bounds, in error by the square of their width."""
    law, rho, spread = world.marginal, world.rho, np.sqrt(1 - world.rho**2)
    ends = np.array([-law.quantile(np.array([1e-13]))[0], law.upper_quantile(np.array([1e-13]))[0]])
    pairs = linear_channel(
        law.density,
        lambda x: law.cumulative(x / spread),
        rho,
        half_width=float(ends.max() * (abs(rho) + spread)),
        cells=cells,
        scale=2.0,
    )
    joint = (pairs.joint + pairs.joint.T) / 2
    root = np.sqrt(joint.sum(0))
    kept = root > 0
    return np.linalg.eigvalsh(joint[np.ix_(kept, kept)] / np.outer(root[kept], root[kept]))[::-1]


@pytest.mark.parametrize("world", CHANNELS, ids=named)
def test_the_bars_of_channels_cover_what_cells_find(world):
    spectrum = world.spectrum(4)
    coarse, fine = (by_cells(world, cells)[: len(spectrum.eigenvalues)] for cells in (200, 400))
    # Of each kind there is at least one: a law of which nothing is resolved would pass.
    assert len(spectrum.eigenvalues) >= 3
    # Extrapolated; what is left of it is less than the change, of three times the error of the finer cells.
    extrapolated, change = fine + (fine - coarse) / 3, np.abs(fine - coarse)
    assert (np.abs(spectrum.eigenvalues - extrapolated) <= spectrum.errors + change).all()
    assert (spectrum.errors < 0.1).all()


@pytest.mark.parametrize("degree", [6, 12, 20])
@pytest.mark.parametrize("world", [*CHANNELS, *AUTOREGRESSIONS], ids=named)
def test_the_bars_of_few_polynomials_cover_what_more_of_them_find(world, degree, monkeypatch):
    best = world.spectrum(3)
    monkeypatch.setattr(autoregressive, "DEGREE", degree)
    spectrum = world.spectrum(3)
    kept = min(len(best.eigenvalues), len(spectrum.eigenvalues))
    difference = np.abs(best.eigenvalues - spectrum.eigenvalues[:kept] if kept == len(best.eigenvalues) else 0)
    assert (difference <= spectrum.errors[:kept] + best.errors[:kept]).all()
    assert abs(best.linear_r2 - spectrum.linear_r2) <= spectrum.linear_r2_error + best.linear_r2_error


@pytest.mark.parametrize("seed", range(5))
def test_the_bars_cover_the_eigenvalues_of_a_matrix(seed):
    rng = np.random.default_rng(seed)
    size, kept = 60, 12
    coupling = rng.standard_normal((size, size)) * 0.005
    whole = np.diag(0.9 ** np.arange(size)) + (coupling + coupling.T) / 2
    whole[0], whole[:, 0] = np.eye(size)[0], np.eye(size)[0]
    exact = np.linalg.eigvalsh(whole)[::-1]
    exact = exact[exact < 1 - 1e-12] if exact[0] == pytest.approx(1) else exact
    images = whole[:kept]
    products = np.array([np.eye(kept), images[:, :kept], images @ images.T])
    ones = np.ones(1)
    basis = RitzBasis(whole[:kept, :kept], np.eye(kept)[1], ones, ones, np.ones((kept, 1)), products, np.empty(0))
    spectrum = basis.spectrum(6)
    values, errors = spectrum.eigenvalues[1:], spectrum.errors[1:]
    assert (values <= exact[:5] + 1e-12).all()
    assert (exact[:5] - values <= errors).all()
    assert errors[0] < 0.02


@pytest.mark.parametrize("rho", [0.8, -0.6])
def test_the_optimum_of_discrete_latents_is_that_of_all_of_their_states(rho):
    law = Discrete(points=(0, 1, 3), probabilities=(0.5, 0.3, 0.2))
    world = NonStationaryChannel(dim=2, rho=rho, marginal=law)
    points, p = law.atoms
    spread = np.sqrt(1 - rho**2)
    following = rho * points[:, None] + spread * points
    states = np.unique(np.round(np.append(points, following), 12))
    joint = np.zeros((len(states),) * 2)
    for (i, j), value in np.ndenumerate(following):
        now, then = (int(np.argmin(np.abs(states - x))) for x in (points[i], value))
        joint[now, then] += p[i] * p[j]
    # Both latents at once, which the prediction does not build.
    both = np.kron(joint, joint)
    weights = (both.sum(0) + both.sum(1)) / 2
    seen = weights > 0
    root = np.sqrt(weights[seen])
    eigenvalues, vectors = np.linalg.eigh((both + both.T)[np.ix_(seen, seen)] / 2 / np.outer(root, root))
    first = root * np.kron(states, np.ones_like(states))[seen]
    first -= root * (root @ first)
    found = joint_optimum(world.spectrum().forms, 2)
    np.testing.assert_allclose(found.eigenvalues, eigenvalues[::-1][1:4], atol=1e-9)
    if found.gap > 1e-6:
        r2 = np.sum((vectors[:, -3:-1].T @ first) ** 2) / (first @ first)
        assert found.r2 == pytest.approx(r2, abs=1e-7)


def test_too_many_latents_that_are_not_stationary_are_refused():
    with pytest.raises(ValueError, match="joint spectrum of 40 latents that are not stationary is too large"):
        joint_optimum(NonStationaryChannel(rho=0.5, marginal=Uniform()).spectrum().forms, 40)
