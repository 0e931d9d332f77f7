r"""The world and the observation that a specification names.

- `gaussian`: $z' = \rho z + \sqrt{1-\rho^2}\,\eta$, Gaussian latents and noise;
- `channel`: the same with latents and noise of one generalised normal law, which is how W samples latents that are not
  Gaussian; it is not stationary;
- `diffusion`: the reversible diffusion of a generalised normal law, at steps in which its slowest mode decays to
  $\rho$;
- `autoregression`: $z' = \rho z + \eta$, stationary, of Laplace latents (shape 1);
- `hyperbolic`: reversible with additive noise, $\tanh m(z) = \rho\tanh z$, the shape being its power.

References
----------
W, section 6 and Appendix H.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from lejepa_impl.worlds.diffusion import generalised_normal_diffusion
from lejepa_impl.worlds.distributions import GeneralisedNormal, Laplace
from lejepa_impl.worlds.gaussian import GaussianWorld
from lejepa_impl.worlds.mixings import MIXINGS, Mixing, coupling, twice_orthogonal
from lejepa_impl.worlds.smooth import HyperbolicWorld
from lejepa_impl.worlds.world import World

WORLDS: dict[str, Callable[[TrainingSpec], World]] = {
    "gaussian": lambda spec: GaussianWorld(spec.dim, spec.rho),
    "channel": lambda spec: NonStationaryChannel(spec.dim, spec.rho, GeneralisedNormal(spec.shape)),
    "diffusion": lambda spec: generalised_normal_diffusion(spec.dim, spec.shape, spec.rho),
    "autoregression": lambda spec: AutoregressiveWorld(spec.dim, spec.rho, Laplace()),
    "hyperbolic": lambda spec: HyperbolicWorld(spec.dim, slope=spec.rho, power=spec.shape),
}


def world_of(spec: TrainingSpec) -> World:
    """Build the world of a specification."""
    return WORLDS[spec.world](spec)


def pairs_of(spec: TrainingSpec, world: World) -> Callable[[int, Generator], tuple[Tensor, Tensor]]:
    """Return what draws the pairs that a specification trains on."""
    return world.siblings if spec.pairs == "one_parent" else world.pairs


def mixing_of(spec: TrainingSpec, device: torch.device | str = "cpu") -> Mixing:
    """Build the mixing of a specification. A coupling is drawn from its seed, and is the same on every device."""
    if spec.mixing != "coupling":
        return MIXINGS[spec.mixing](spec.dim)
    # Always on the CPU, whose numbers no accelerator draws. Weights and data have seeds from the lower end.
    source = Generator().manual_seed(2**64 - 1 - spec.seed)
    return coupling(twice_orthogonal(spec.mixing_layers, spec.dim // 2, source).to(device))
