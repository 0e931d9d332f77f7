r"""Recovery of latents that are not Gaussian, predicted and trained: W's sweep, and its counterpart in valid worlds.

W draws latents and noise from one generalised normal law, a channel that is not stationary. Its counterparts are
worlds that satisfy (i) to (iii) or are reversible, with the same latents where such a world exists:

- `channel`: W's, $z' = \rho z + \sqrt{1-\rho^2}\,\eta$ with $\eta$ from the generalised normal law of $z$;
- `diffusion`: the reversible diffusion of that law, observed at steps in which its slowest mode decays to $\rho$;
- `autoregression`: stationary with linear drift, for laws that allow it, Laplace and logistic;
- `hyperbolic`: the reversible worlds with additive noise, $\tanh m(z) = r \tanh z$, of slope r = $\rho$.

Encoders are whitened, which is the constraint under which the optimum is known. Recovery is measured on the latents of
both views together, as the regularizer sees them.

References
----------
W, section 6 and Appendix H (generalised normal latents).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt
from torch import Generator

from lejepa_impl.encoders import MLP
from lejepa_impl.metrics import centred, r2
from lejepa_impl.objectives.alignment import alignment_loss
from lejepa_impl.objectives.lejepa import LeJEPA
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.loop import fit
from lejepa_impl.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from lejepa_impl.worlds.diffusion import DiffusionWorld, generalised_normal_cells
from lejepa_impl.worlds.distributions import GeneralisedNormal, Laplace, Logistic
from lejepa_impl.worlds.mixings import spiral
from lejepa_impl.worlds.smooth import HyperbolicWorld
from lejepa_impl.worlds.world import World
from proofs_numeric.pair_law import Array, PairOptimum, linear_channel
from proofs_numeric.worlds import autoregressive, diffusion, laws, smooth
from proofs_numeric.worlds.verdict import predict
from proofs_numeric.worlds.world import World as NumericalWorld

_DIM = 2
_WINDING = 1.0
_WEIGHT = 0.2
#: Cells of a channel, and the mass beyond the outermost ones.
_PAIR_CELLS = 300
_TAIL = 1e-12
#: Eigenvalues differ if they do by so many of their error bars.
_TOLD_APART = 3

Correlation = Annotated[float, Field(gt=0, lt=1)]
Family = Literal["channel", "diffusion", "autoregression", "hyperbolic"]


class SweepSpec(BaseModel):
    """A sweep over worlds. The defaults are the full size, from shapes far heavier to far lighter than Gaussian."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shapes: tuple[PositiveFloat, ...] = (0.125, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 8, 16, 32)
    powers: tuple[PositiveFloat, ...] = (0.25, 0.5, 1, 2, 4, 8, 32)
    correlations: tuple[Correlation, ...] = (0.5, 0.8, 0.95)
    hidden: PositiveInt = 256
    depth: PositiveInt = 4
    steps: PositiveInt = 20_000
    batch: Annotated[int, Field(ge=2)] = 1024
    learning_rate: PositiveFloat = 3e-3
    seeds: tuple[Annotated[int, Field(ge=0, lt=2**62)], ...] = (0, 1, 2)
    points: PositiveInt = Field(500_000, description="pairs on which recovery is measured")


#: Minutes on one core.
SMALL = SweepSpec(
    shapes=(1, 1.5, 2, 4, 32),
    powers=(0.5, 1, 4),
    correlations=(0.5, 0.8, 0.95),
    hidden=64,
    steps=1_500,
    batch=256,
    learning_rate=1e-2,
    seeds=(0,),
    points=200_000,
)


class Point(BaseModel):
    r"""One encoder trained in one world.

    Parameters
    ----------
    family
        Kind of world.
    world
        Its specification.
    shape
        Of the generalised normal law; None for other laws.
    rho
        Correlation, or the eigenvalue (of a diffusion) or slope (of a hyperbolic world) that stands for it.
    kurtosis, next_kurtosis
        Fourth moments of the latent and its successor.
    predicted_r2, predicted_r2_error
        $R^2(h \to z)$ of the whitened optimum, and its error bar; None where the optimum is not unique or not resolved.
    top_eigenvalue, gap
        Of S, and what the next function of both latents falls short of it.
    seed
        Of the encoder and its data.
    r2
        $R^2(h \to z)$ of the trained encoder.
    mean_eigenvalue
        $1 - L(h)/4$ of the trained encoder after it is whitened, the top eigenvalue at the optimum.
    """

    family: Family
    world: dict[str, Any]
    shape: float | None
    rho: float
    kurtosis: float
    next_kurtosis: float
    predicted_r2: float | None
    predicted_r2_error: float | None
    top_eigenvalue: float
    gap: float
    seed: int
    r2: float
    mean_eigenvalue: float


class Sweep(BaseModel):
    """A sweep and its results."""

    spec: SweepSpec
    points: tuple[Point, ...]


class Predicted(NamedTuple):
    r"""What is predicted of a world of two latents; see `Point`."""

    r2: float | None
    r2_error: float | None
    top_eigenvalue: float
    gap: float


@dataclass(frozen=True)
class Case:
    """A world of a sweep, as it is trained in and as its spectrum is known, with what is predicted."""

    family: Family
    exact: NumericalWorld
    shape: float | None
    rho: float
    trained: World
    prediction: Predicted


def cases(spec: SweepSpec) -> Iterator[Case]:
    """Build the worlds of a sweep, one by one."""
    for rho in spec.correlations:
        for shape in spec.shapes:
            yield _channel(shape, rho)
        for shape in spec.shapes:
            # At 1 and below the spectrum of the diffusion is continuous, and there is no optimum.
            if shape > 1:
                yield _diffusion(shape, rho)
        yield _autoregression("laplace", rho)
        yield _autoregression("logistic", rho)
        for power in spec.powers:
            yield _hyperbolic(power, rho)


def sweep(spec: SweepSpec, on_point: Callable[[Point], None] | None = None) -> Sweep:
    """Train an encoder in every world of a sweep.

    Parameters
    ----------
    spec
        The sweep. Two runs of one specification on one machine and number of threads are equal.
    on_point
        Called with each result.
    """
    points = []
    for case in cases(spec):
        for seed in spec.seeds:
            recovery, eigenvalue = _trained(case.trained, spec, seed)
            point = Point(
                family=case.family,
                world=case.exact.model_dump(mode="json"),
                shape=case.shape,
                rho=case.rho,
                kurtosis=case.exact.kurtosis,
                next_kurtosis=case.exact.next_kurtosis,
                predicted_r2=case.prediction.r2,
                predicted_r2_error=case.prediction.r2_error,
                top_eigenvalue=case.prediction.top_eigenvalue,
                gap=case.prediction.gap,
                seed=seed,
                r2=recovery,
                mean_eigenvalue=eigenvalue,
            )
            points.append(point)
            if on_point:
                on_point(point)
    return Sweep(spec=spec, points=tuple(points))


def _trained(world: World, spec: SweepSpec, seed: int) -> tuple[float, float]:
    """R^2 and mean eigenvalue of an encoder trained through the spiral."""
    mixing = spiral(_WINDING)
    weights, data, held_out = (Generator().manual_seed(3 * seed + stream) for stream in range(3))
    encoder = MLP(_DIM, _DIM, hidden=spec.hidden, depth=spec.depth, generator=weights)
    fit(
        encoder,
        lambda count, generator: mixing.observe(torch.cat(world.pairs(count, generator))),
        LeJEPA(Whitening(), _WEIGHT),
        data,
        steps=spec.steps,
        batch=spec.batch,
        learning_rate=spec.learning_rate,
    )
    pairs = torch.stack(world.pairs(spec.points, held_out), dim=1)
    with torch.no_grad():
        embedded = encoder(mixing.observe(pairs.flatten(0, 1))).double()
    # Pairs stay together, so that no pair is in both halves of the regression.
    recovery = r2(embedded, pairs.flatten(0, 1))
    factor = torch.linalg.cholesky(torch.cov(embedded.T))
    white = torch.linalg.solve_triangular(factor, centred(embedded).T, upper=False).T.reshape(-1, 2, _DIM)
    return float(recovery), 1 - float(alignment_loss(white[:, 0], white[:, 1])) / (2 * _DIM)


def _channel(shape: float, rho: float) -> Case:
    marginal = laws.GeneralisedNormal(alpha=shape)
    exact = autoregressive.NonStationaryChannel(dim=_DIM, rho=rho, marginal=marginal)
    deviation = math.sqrt(1 - rho**2)
    # z' reaches beyond the support that light tails leave to z.
    reach = float(marginal.upper_quantile(np.array([_TAIL]))[0]) * (1 if shape < 2 else rho + deviation)

    def optimum(cells: int) -> PairOptimum:
        noise = partial(_scaled, marginal.cumulative, deviation)
        return linear_channel(marginal.density, noise, rho, half_width=reach, cells=cells).optimum()

    trained = NonStationaryChannel(_DIM, rho, GeneralisedNormal(shape))
    return Case("channel", exact, shape, rho, trained, _extrapolated(optimum(_PAIR_CELLS // 2), optimum(_PAIR_CELLS)))


def _scaled(function: Callable[[Array], Array], scale: float, x: Array) -> Array:
    return function(x / scale)


def _extrapolated(coarse: PairOptimum, fine: PairOptimum) -> Predicted:
    """Of two grids to no width of their cells, with the step beyond the finer one as error bar."""
    values, coarser = (np.array([*found.eigenvalues[1:], found.r2]) for found in (fine, coarse))
    change = (values - coarser) / 3
    second, following, r2_ = values + change
    known = second - following > _TOLD_APART * np.abs(change[:2]).max()
    return Predicted(
        r2=min(float(r2_), 1.0) if known else None,
        r2_error=float(abs(change[2])) if known else None,
        top_eigenvalue=float(second),
        gap=float(second - following),
    )


def _diffusion(shape: float, rho: float) -> Case:
    marginal = laws.GeneralisedNormal(alpha=shape)
    # The rate at which the slowest mode decays.
    slowest = diffusion.DiffusionWorld(law=marginal, time=1).generator(2).eigenvalues[1]
    exact = diffusion.DiffusionWorld(dim=_DIM, law=marginal, time=-math.log(rho) / slowest)
    log_density, edges = generalised_normal_cells(shape)
    trained = DiffusionWorld(_DIM, log_density, exact.time, edges)
    return _case("diffusion", exact, shape, rho, trained)


def _autoregression(name: Literal["laplace", "logistic"], rho: float) -> Case:
    marginal = laws.Laplace() if name == "laplace" else laws.Logistic()
    exact = autoregressive.AutoregressiveWorld(dim=_DIM, rho=rho, marginal=marginal)
    trained = AutoregressiveWorld(_DIM, rho, Laplace() if name == "laplace" else Logistic())
    return _case("autoregression", exact, 1.0 if name == "laplace" else None, rho, trained)


def _hyperbolic(power: float, rho: float) -> Case:
    exact = smooth.HyperbolicWorld(dim=_DIM, slope=rho, power=power)
    return _case("hyperbolic", exact, None, rho, HyperbolicWorld(_DIM, slope=rho, power=power))


def _case(family: Family, exact: NumericalWorld, shape: float | None, rho: float, trained: World) -> Case:
    found = predict(exact)
    error = None if found.r2 is None else found.r2_error
    return Case(family, exact, shape, rho, trained, Predicted(found.r2, error, found.top_eigenvalue, found.gap))
