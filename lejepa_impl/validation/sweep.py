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
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt
from scipy import stats
from torch import Generator

from lejepa_impl.encoders import MLP
from lejepa_impl.metrics import centred, r2
from lejepa_impl.objectives import LeJEPA, alignment_loss
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.loop import fit
from lejepa_impl.validation.optimum import optimum
from lejepa_impl.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from lejepa_impl.worlds.diffusion import DiffusionWorld
from lejepa_impl.worlds.distributions import GeneralisedNormal, Laplace, Logistic, SelfDecomposable
from lejepa_impl.worlds.mixings import spiral
from lejepa_impl.worlds.smooth import HyperbolicWorld
from lejepa_impl.worlds.world import World
from proofs_numeric.pair_law import PairLaw, linear_channel
from proofs_numeric.sturm_liouville import diffusion_spectrum

_DIM = 2
_WINDING = 1.0
_WEIGHT = 0.2
#: Mass beyond the outermost cells.
_TAIL = 1e-12
#: Eigenvalues differ if they do by so many of their error bars.
_TOLD_APART = 3
_ROUND_OFF = 1e-9

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
    cells: Annotated[int, Field(ge=10, multiple_of=2)] = Field(300, description="of the finer grid of predictions")


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
    cells=300,
)


class Prediction(BaseModel):
    r"""The whitened optimum of two latents and two outputs.

    Parameters
    ----------
    eigenvalues
        Of the two functions that span it, and the next one.
    errors
        Error bar of each.
    r2
        $R^2(h \to z)$; None where the two best functions are not told apart from the next one.
    """

    eigenvalues: tuple[float, float, float]
    errors: tuple[float, float, float]
    r2: float | None
    r2_error: float | None


class Point(BaseModel):
    r"""One encoder trained in one world.

    Parameters
    ----------
    family
        Kind of world.
    law
        Law of the latents, in words.
    shape
        Of the generalised normal law; None for other laws.
    rho
        Correlation of the channel, or the eigenvalue or slope that stands for it.
    kurtosis, next_kurtosis
        Fourth moments of the latent and its successor.
    seed
        Of the encoder and its data.
    r2
        $R^2(h \to z)$ of the trained encoder.
    mean_eigenvalue
        $1 - L(h)/4$ of the trained encoder after it is whitened; the mean of two eigenvalues at the optimum.
    """

    family: Family
    law: str
    shape: float | None
    rho: float
    kurtosis: float
    next_kurtosis: float
    prediction: Prediction
    seed: int
    r2: float
    mean_eigenvalue: float


class Sweep(BaseModel):
    """A sweep and its results."""

    spec: SweepSpec
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Case:
    """A world of a sweep, with what is predicted of it."""

    family: Family
    law: str
    shape: float | None
    rho: float
    world: World
    prediction: Prediction


def cases(spec: SweepSpec) -> Iterator[Case]:
    """Build the worlds of a sweep, one by one."""
    for rho in spec.correlations:
        for shape in spec.shapes:
            yield _channel(shape, rho, spec.cells)
        for shape in spec.shapes:
            # At 1 and below the spectrum of the diffusion is continuous, and there is no optimum.
            if shape > 1:
                yield _diffusion(shape, rho)
        for marginal in (Laplace(), Logistic()):
            yield _autoregression(marginal, rho, spec.cells)
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
            recovery, eigenvalue = _trained(case.world, spec, seed)
            point = Point(
                family=case.family,
                law=case.law,
                shape=case.shape,
                rho=case.rho,
                kurtosis=case.world.kurtosis,
                next_kurtosis=case.world.next_kurtosis,
                prediction=case.prediction,
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
    return recovery, 1 - float(alignment_loss(white[:, 0], white[:, 1])) / (2 * _DIM)


def _channel(shape: float, rho: float, cells: int) -> Case:
    scipy_law = stats.gennorm(shape, scale=1 / stats.gennorm(shape).std())
    deviation = math.sqrt(1 - rho**2)

    def law(cells: int) -> PairLaw:
        # z' reaches beyond the support that light tails leave to z.
        half_width = float(scipy_law.isf(_TAIL)) * (1 if shape < 2 else rho + deviation)
        noise = lambda x: scipy_law.cdf(x / deviation)
        return linear_channel(scipy_law.pdf, noise, rho, half_width=half_width, cells=cells)

    world = NonStationaryChannel(_DIM, rho, GeneralisedNormal(shape))
    return Case("channel", f"generalised normal, α = {shape:g}", shape, rho, world, _refined(law, cells))


def _autoregression(marginal: SelfDecomposable, rho: float, cells: int) -> Case:
    if isinstance(marginal, Laplace):
        scipy_law, name = stats.laplace(scale=1 / math.sqrt(2)), "Laplace"
        noise = lambda x: rho**2 * (x >= 0) + (1 - rho**2) * scipy_law.cdf(x)
    else:
        scale = math.sqrt(3) / math.pi
        scipy_law, name = stats.logistic(scale=scale), "logistic"
        # The innovation is 2 atanh(tan(a (u - 1/2)) / tan(a/2)) of a uniform u, with a = pi rho.
        noise = lambda x: 0.5 + np.arctan(np.tan(math.pi * rho / 2) * np.tanh(x / (2 * scale))) / (math.pi * rho)

    def law(cells: int) -> PairLaw:
        return linear_channel(scipy_law.pdf, noise, rho, half_width=float(scipy_law.isf(_TAIL)), cells=cells)

    world = AutoregressiveWorld(_DIM, rho, marginal)
    shape = 1.0 if name == "Laplace" else None
    return Case("autoregression", name, shape, rho, world, _refined(law, cells))


def _diffusion(shape: float, rho: float) -> Case:
    scale = math.exp((math.lgamma(1 / shape) - math.lgamma(3 / shape)) / 2)
    with np.errstate(over="ignore"):
        spectrum = diffusion_spectrum(lambda x: -(np.abs(x / scale) ** shape), 3, breakpoints=(0.0,))
    _, slowest, second = spectrum.eigenvalues
    step = -math.log(rho) / slowest
    following = max(rho**2, math.exp(-second * step))
    error = step * float(spectrum.errors.max())
    overlap = float(spectrum.mean(spectrum.points * spectrum.eigenfunctions[1]))
    # Where the density has fallen by e^-27, and its square root, the ground state, by e^-13.5.
    half_width = scale * 27 ** (1 / shape)
    world = DiffusionWorld(_DIM, lambda z: -((z / scale).abs() ** shape), step, half_width=half_width)
    prediction = Prediction(
        eigenvalues=(rho, rho, following), errors=(error, error, error), r2=overlap**2, r2_error=error
    )
    return Case("diffusion", f"generalised normal, α = {shape:g}", shape, rho, world, prediction)


def _hyperbolic(power: float, rho: float) -> Case:
    world = HyperbolicWorld(_DIM, slope=rho, power=power)
    best = optimum(world.chain)
    prediction = Prediction(
        eigenvalues=(best.eigenvalue, best.eigenvalue, best.next_eigenvalue),
        errors=(_ROUND_OFF,) * 3,
        r2=best.r2,
        r2_error=_ROUND_OFF,
    )
    return Case("hyperbolic", f"noise sech^{power:g}", None, rho, world, prediction)


def _refined(law: Callable[[int], PairLaw], cells: int) -> Prediction:
    """Extrapolate two grids to no width, with the change from the finer one as error bar."""
    coarse, fine = (law(count).optimum() for count in (cells // 2, cells))
    values, coarser = np.array([*fine.eigenvalues, fine.r2]), np.array([*coarse.eigenvalues, coarse.r2])
    change = (values - coarser) / 3
    *eigenvalues, recovery = values + change
    errors = np.abs(change)
    told_apart = eigenvalues[1] - eigenvalues[2] > _TOLD_APART * errors[:3].max()
    return Prediction(
        eigenvalues=tuple(eigenvalues),
        errors=tuple(errors[:3]),
        r2=float(recovery) if told_apart else None,
        r2_error=float(errors[3]) if told_apart else None,
    )
