r"""Encoders trained in worlds that are not Gaussian: which of them recover the latents linearly.

The regularizer is whitening, which is what the theorem asks for. Under SIGReg, which asks for a Gaussian embedding, no
encoder of non-Gaussian latents is linear at the minimum.

References
----------
W, Theorem 5.2.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache

import torch
from torch import Generator, Tensor

from lejepa_impl.encoders import MLP
from lejepa_impl.objectives import LeJEPA
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.loop import fit
from lejepa_impl.validation.optimum import Optimum, Whitened, optimum, whitened
from lejepa_impl.worlds.distributions import GaussianMixture
from lejepa_impl.worlds.lattice import LatticeWorld, five_state_world
from lejepa_impl.worlds.mixings import spiral
from lejepa_impl.worlds.smooth import HyperbolicWorld, SmoothWorld
from proofs_numeric.linear_optimum import platykurtic_noise, solve
from proofs_numeric.transfer_operator import Grid
from theory.claim import JSON, Finding, Kind, Profile, evidence

_DIM = 2
_WINDING = 1.0
_REGULARIZER_WEIGHT = 0.2
_BATCH = 256
_LEARNING_RATE = 1e-2
_DEPTH = 4
#: Linear recovery is an R^2 above this, which the bounds on R^2 must all prove or all exclude.
_LINEAR = 0.98


def solved_world(dim: int) -> SmoothWorld:
    """Build the smooth non-Gaussian world whose optimum is linear, from its numerical solution."""
    noise = platykurtic_noise()
    world = solve(noise, 0.7, Grid(8, 101), functions=30, length=3.0)

    def drift(latent: Tensor) -> Tensor:
        return torch.from_numpy(world.drift(latent.double().numpy().ravel())).reshape(latent.shape).to(latent)

    mixture = GaussianMixture((0.5, 0.5), (-noise.centre, noise.centre), (noise.variance, noise.variance))
    return SmoothWorld(dim, drift, mixture, half_width=9, points=161)


@cache
def _trained(build: Callable[[int], LatticeWorld | SmoothWorld], profile: Profile) -> tuple[Optimum, Whitened]:
    world, mixing = build(_DIM), spiral(_WINDING)
    encoder = MLP(
        _DIM,
        _DIM,
        hidden=profile.pick(quick=64, thorough=128),
        depth=_DEPTH,
        generator=Generator().manual_seed(0),
    )
    fit(
        encoder,
        lambda count, generator: mixing.observe(torch.cat(world.pairs(count, generator))),
        LeJEPA(Whitening(), _REGULARIZER_WEIGHT),
        Generator().manual_seed(1),
        steps=profile.pick(quick=1_000, thorough=10_000),
        batch=_BATCH,
        learning_rate=_LEARNING_RATE,
    )
    return optimum(world.chain), whitened(lambda latent: encoder(mixing.observe(latent)), world.chain)


def _recovery(
    build: Callable[[int], LatticeWorld | SmoothWorld], profile: Profile, *, linear: bool, kurtosis: float
) -> Finding:
    """Compare a trained encoder with the optimum of its world."""
    best, encoder = _trained(build, profile)
    low, high = best.r2_interval(encoder.loss)
    covered: dict[str, JSON] = {
        "n": _DIM,
        "mixing": f"spiral of winding {_WINDING:g}",
        "kurtosis of a latent": kurtosis,
        "optimum": asdict(best),
        "encoder": asdict(encoder),
        "R2 predicted": [low, high],
        "R2 of linear recovery": _LINEAR,
    }
    near = low <= encoder.r2 <= high
    decided = low >= _LINEAR if linear else high < _LINEAR
    passed = near and decided
    return Finding(passed, covered, "" if passed else f"R2 {encoder.r2:.4f}, predicted {low:.4f} to {high:.4f}")


def _reversible_world(dim: int) -> HyperbolicWorld:
    return HyperbolicWorld(dim, slope=0.9, power=1)


@evidence("gaussian_of_reversible_linear_optimum", Kind.TRAINED)
def trained_in_a_reversible_world(profile: Profile) -> Finding:
    """An encoder trained in a reversible non-Gaussian world: R^2 is that of its nonlinear optimum."""
    return _recovery(_reversible_world, profile, linear=False)
