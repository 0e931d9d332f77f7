r"""Why InfoNCE stops learning in many dimensions: whether its kernel underflows, or its task is solved.

At $h=\sqrt v\,Qz$ with $Q$ a rotation, the kernel of width $w$ and a batch of $B$ pairs, the odds of a negative against
the positive are, in the mean over all latents,

.. math:: \mathbb{E}\,e^{s_{ij}-s_{ii}} = q^{n/2}, \qquad
          q^{-1} = 1+2\rho\tau-(1-\rho)(3+\rho)\tau^2, \quad \tau=\frac{v}{w^2},

so that the mean objective is between

.. math:: \log\left(1+(B-1)\,e^{-n\rho\tau}\right) \quad\text{and}\quad \log\left(1+(B-1)\,q^{n/2}\right),

which vanish exponentially in $n$ where $q<1$ (claims `mean_odds_of_a_stranger` and
`infonce_is_solved_by_many_latents`), and no objective is above $(B-1)q^{n/2}/\epsilon$ on more than a share $\epsilon$
of the pairs. Nothing in this asks for a linear map: a map under which views of a pair are much nearer than strangers
has solved the task.

References
----------
W, section 6 (scaling); D. McAllester, K. Stratos (2020), on the limit $\log B$ of what such an objective can tell.
"""

import json
import math
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor, nn

from lejepa_impl.files import write_atomically
from lejepa_impl.metrics import r2
from lejepa_impl.objectives.infonce import InfoNCE
from lejepa_impl.train.loop import fit
from lejepa_impl.worlds.gaussian import GaussianWorld
from theory.contrastive import odds_determinant


def mean_odds_root(rho: float, width: float, variance: float = 1.0) -> float:
    r"""Return $q$, infinite where the odds have no mean."""
    determinant = odds_determinant(rho, variance / width**2)
    return 1 / determinant if determinant > 0 else math.inf


def least_mean_objective(dim: int, rho: float, width: float, batch: int, variance: float = 1.0) -> float:
    r"""Return $\log(1+(B-1)e^{-n\rho\tau})$, which the mean objective at $\sqrt v\,Qz$ is at least."""
    return float(np.logaddexp(0, math.log(batch - 1) - dim * rho * variance / width**2))


def largest_mean_objective(dim: int, rho: float, width: float, batch: int, variance: float = 1.0) -> float:
    r"""Return $\log(1+(B-1)q^{n/2})$, which the mean objective at $\sqrt v\,Qz$ is at most."""
    log_odds = math.log(batch - 1) + dim / 2 * math.log(mean_odds_root(rho, width, variance))
    return float(np.logaddexp(0, log_odds))


class Twist(nn.Module):
    r"""Rotation of each plane $(z_{2k-1}, z_{2k})$ by the angle $\theta_k|(z_{2k-1},z_{2k})|^2$, times a scale $c$.

    At $c=1$ the embedding of standard Gaussian latents is standard Gaussian for every $\theta$; at $\theta=0$ it is
    the latent.

    Parameters
    ----------
    dim
        Number of latents, even.
    angle
        Every $\theta_k$, at first.
    """

    def __init__(self, dim: int, angle: float) -> None:
        super().__init__()
        self.angles = nn.Parameter(torch.full((dim // 2,), angle))
        self.log_scale = nn.Parameter(torch.zeros(()))

    def forward(self, latent: Tensor) -> Tensor:
        """Map latents of shape (N, n) to embeddings of that shape."""
        first, second = latent.unflatten(-1, (-1, 2)).unbind(-1)
        angle = self.angles * (first**2 + second**2)
        cos, sin = angle.cos(), angle.sin()
        turned = torch.stack([cos * first - sin * second, sin * first + cos * second], dim=-1)
        return self.log_scale.exp() * turned.flatten(-2)


#: W's width of the kernel, and one that grows with the distances, as functions of the number of latents.
WIDTHS: dict[str, Callable[[int], float]] = {"1": lambda _: 1.0, "√n": math.sqrt}


@dataclass(frozen=True)
class SaturationSpec:
    """What is measured: numbers of latents, the pairs, the first angle of the twist, and its training."""

    dims: tuple[int, ...] = (2, 4, 8, 16, 32, 64, 128, 256)
    rho: float = 0.95
    batch: int = 256
    angle: float = 0.2
    steps: int = 300
    learning_rate: float = 1e-2
    seed: int = 0


def similarities(first: Tensor, second: Tensor, width: float) -> Tensor:
    r"""Return $s_{ij}=-|h(z_i)-h(z'_j)|^2/2w^2$, shape (N, N), from distances as such."""
    return -(first[:, None] - second).square().sum(dim=-1) / (2 * width**2)


def underflow(first: Tensor, second: Tensor, width: float) -> dict[str, float]:
    """Return the shares of the kernel's values that are 0, of positives and of negatives, in the type of the embedding.

    `softmax` is the share of negatives whose weight is 0 next to their positive in the logarithmic form.
    """
    logarithms = similarities(first, second, width)
    kernel = logarithms.exp()
    negative = ~torch.eye(len(first), dtype=torch.bool)
    return {
        "positives": (kernel.diagonal() == 0).double().mean().item(),
        "negatives": (kernel[negative] == 0).double().mean().item(),
        "softmax": (logarithms.softmax(dim=1)[negative] == 0).double().mean().item(),
    }


def objective_and_gradient(encoder: Twist, pairs: tuple[Tensor, Tensor], width: float) -> tuple[float, float]:
    """Return the objective of pairs of latents, and the norm of its gradient in the angles, float64."""
    exact = Twist(pairs[0].shape[1], 0.0).double()
    exact.load_state_dict(encoder.state_dict())
    objective = InfoNCE(width)(*(exact(latent.double()) for latent in pairs))
    (gradient,) = torch.autograd.grad(objective, exact.angles)
    return objective.item(), gradient.norm().item()


def measure(spec: SaturationSpec) -> list[dict[str, object]]:
    """Measure, for each number of latents and each width, what underflows, what is learned, and the prediction."""
    rows: list[dict[str, object]] = []
    for dim in spec.dims:
        world = GaussianWorld(dim, spec.rho)
        pairs = world.pairs(spec.batch, Generator().manual_seed(spec.seed))
        for name, width_at in WIDTHS.items():
            width = width_at(dim)
            row: dict[str, object] = {"dim": dim, "width": name}
            row["predicted"] = largest_mean_objective(dim, spec.rho, width, spec.batch)
            for place, angle in (("linear", 0.0), ("twisted", spec.angle)):
                encoder = Twist(dim, angle)
                first, second = (encoder(latent).detach() for latent in pairs)
                objective, gradient = objective_and_gradient(encoder, pairs, width)
                row[place] = {
                    "objective": objective,
                    "gradient": gradient,
                    "float32": underflow(first, second, width),
                    "float64": underflow(first.double(), second.double(), width),
                    "r2": _recovery(encoder, spec),
                }
            row["trained"] = _trained(dim, width, spec)
            rows.append(row)
    return rows


def _recovery(encoder: Twist, spec: SaturationSpec) -> float:
    dim = len(encoder.angles) * 2
    latent = GaussianWorld(dim, spec.rho).sample(10_000, Generator().manual_seed(spec.seed + 1))
    with torch.no_grad():
        return r2(encoder(latent), latent).item()


def _trained(dim: int, width: float, spec: SaturationSpec) -> dict[str, float]:
    encoder, world = Twist(dim, spec.angle), GaussianWorld(dim, spec.rho)
    fit(
        encoder,
        lambda count, generator: torch.cat(world.pairs(count, generator)),
        InfoNCE(width),
        Generator().manual_seed(spec.seed + 2),
        steps=spec.steps,
        batch=spec.batch,
        learning_rate=spec.learning_rate,
    )
    angle = encoder.angles.detach().abs().mean().item()
    return {"r2": _recovery(encoder, spec), "angle": angle, "scale": encoder.log_scale.exp().item()}


if __name__ == "__main__":
    spec = SaturationSpec()
    content = json.dumps({"spec": asdict(spec), "rows": measure(spec)}, indent=1)
    write_atomically(Path(sys.argv[1]), content.encode())
