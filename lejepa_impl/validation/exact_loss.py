"""The exact loss of a Hermite encoder against its sampled loss in torch."""

from fractions import Fraction
from math import factorial, prod

import torch
from hypothesis import strategies as st
from sympy import Rational
from torch import Generator

from lejepa_impl.encoders import HermiteMap
from lejepa_impl.validation.monte_carlo import BoundedEstimate, alignment_loss
from lejepa_impl.worlds.gaussian import GaussianWorld
from proofs_numeric.fuzzing import fuzz
from proofs_numeric.strategies import correlations, hermite_encoders
from theory.claim import Finding, Kind, Profile, evidence
from theory.encoder import HermiteEncoder

#: Of one comparison; a thousand of them raise a false alarm with probability below 1e-9.
FALSE_ALARM_PROBABILITY = 1e-12
SAMPLES = 2**14


def to_torch(encoder: HermiteEncoder) -> HermiteMap:
    r"""Convert an exact encoder to torch, with orthonormal coefficients $c_{i,a}=b_{i,a}\sqrt{a!}$."""
    indices = sorted({index for output in encoder.outputs for index in output} | {(0,) * encoder.dim})
    norms = [prod(map(factorial, index)) ** 0.5 for index in indices]
    coefficients = [
        [float(output.get(index, 0)) * norm for index, norm in zip(indices, norms, strict=True)]
        for output in encoder.outputs
    ]
    return HermiteMap(indices, torch.tensor(coefficients, dtype=torch.float64))


def sampled_loss(encoder: HermiteEncoder, rho: Fraction, seed: int, samples: int) -> BoundedEstimate:
    """Estimate the alignment loss of an exact encoder by sampling pairs in torch."""
    world = GaussianWorld(encoder.dim, float(rho))
    return alignment_loss(
        to_torch(encoder),
        world,
        Generator().manual_seed(seed),
        samples=samples,
        false_alarm_probability=FALSE_ALARM_PROBABILITY,
    )


def check_sampled_loss(encoder: HermiteEncoder, rho: Fraction, seed: int) -> None:
    """Assert that the sampled loss is within its tolerance of the exact one."""
    exact = float(encoder.alignment_loss(Rational(rho.numerator, rho.denominator)))
    estimate = sampled_loss(encoder, rho, seed, SAMPLES)
    # Float64 round-off of the terms, for encoders whose tolerance is itself of that size.
    round_off = 1e-9 * abs(exact)
    assert abs(estimate.value - exact) <= estimate.tolerance + round_off, (
        f"exact loss {exact:.6g}, sampled {estimate.value:.6g} +- {estimate.tolerance:.2g}"
    )


@evidence("loss_decomposition", Kind.FUZZ)
def sampled_loss_agrees(profile: Profile) -> Finding:
    """The exact loss of generated encoders against pairs sampled in torch."""
    return fuzz(
        check_sampled_loss,
        hermite_encoders(max_dim=6, max_degree=profile.pick(quick=4, thorough=8)),
        correlations(negative=True),
        st.integers(0, 2**32 - 1),
        examples=profile.pick(quick=30, thorough=300),
        n="1 to 6",
        max_degree=profile.pick(quick=4, thorough=8),
        rho="(-1, 0) and (0, 1)",
        samples_per_example=SAMPLES,
        false_alarm_probability=FALSE_ALARM_PROBABILITY,
    )
