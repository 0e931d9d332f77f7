"""Encoders: a multilayer perceptron and an inverse coupling to be trained, and maps with known Hermite coefficients.

References
----------
W, Appendix H (architectures: linear layers of width 256 with GELU; the inverse of the coupling layers that mix).
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn

from lejepa_impl.worlds.mixings import uncouple


class MLP(nn.Sequential):
    """Linear layers with GELU between them.

    Parameters
    ----------
    inputs, outputs
        Numbers of observed variables and of embedding dimensions.
    hidden
        Width of every layer but the last.
    depth
        Number of linear layers, at least 1.
    generator
        Source of the initial weights; the global random state is neither used nor changed.
    device
        Where the weights are; by default where the generator is.

    Raises
    ------
    ValueError
        If the depth or a width is below 1.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        hidden: int,
        depth: int,
        generator: Generator,
        device: torch.device | str | None = None,
    ) -> None:
        if min(inputs, outputs, hidden, depth) < 1:
            raise ValueError(f"widths {inputs}, {hidden}, {outputs} and depth {depth} must be at least 1")
        widths = [inputs, *[hidden] * (depth - 1), outputs]
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(widths):
            linear = nn.utils.skip_init(nn.Linear, fan_in, fan_out, device=device or generator.device)
            # PyTorch's own default law for a linear layer, drawn from the given generator.
            bound = fan_in**-0.5
            for parameter in (linear.weight, linear.bias):
                nn.init.uniform_(parameter, -bound, bound, generator=generator)
            layers += [linear, nn.GELU()]
        super().__init__(*layers[:-1])


class InverseCoupling(nn.Module):
    r"""The inverse of a `coupling` mixing with matrices to be learned, which keeps the volume whatever they are.

    Parameters
    ----------
    dim
        Number of observed variables and of embedding dimensions, even.
    depth
        Number of layers.
    generator
        Source of the initial matrices, whose entries have the law $N(0, 2/n)$.
    device
        Where the matrices are; by default where the generator is.

    Raises
    ------
    ValueError
        If the number of variables is odd or below 2, or there is no layer.
    """

    def __init__(self, dim: int, *, depth: int, generator: Generator, device: torch.device | str | None = None) -> None:
        if dim < 2 or dim % 2:
            raise ValueError(f"coupling layers halve the variables: their number must be even, not {dim}")
        if depth < 1:
            raise ValueError(f"an inverse coupling needs at least 1 layer, not {depth}")
        super().__init__()
        weights = torch.empty(depth, dim // 2, dim // 2, device=device or generator.device)
        self.weights = nn.Parameter(weights.normal_(0, (dim // 2) ** -0.5, generator=generator))

    def forward(self, observed: Tensor) -> Tensor:
        """Map observations of shape (count, dim) to embeddings of the same shape."""
        return uncouple(observed, self.weights)


class HermiteMap(nn.Module):
    r"""Map with given coefficients on orthonormal Hermite polynomials, $h_i(z)=\sum_a c_{i,a}H_a(z)$.

    Parameters
    ----------
    multi_indices
        K multi-indices of n entries each.
    coefficients
        Matrix $c$ of shape (m, K).

    References
    ----------
    W, Theorem 5.1.
    """

    def __init__(self, multi_indices: Sequence[Sequence[int]], coefficients: Tensor) -> None:
        super().__init__()
        self.multi_indices: Tensor
        self.coefficients: Tensor
        self.register_buffer("multi_indices", torch.as_tensor(multi_indices, dtype=torch.long))
        self.register_buffer("coefficients", coefficients)

    def basis(self, latent: Tensor) -> Tensor:
        r"""Evaluate the $H_a$ at latents of shape (count, n): shape (count, K)."""
        values = orthonormal_hermite(latent, int(self.multi_indices.max()))
        product = latent.new_ones(len(latent), len(self.multi_indices))
        for axis, degrees in enumerate(self.multi_indices.T):
            product *= values[degrees, :, axis].T
        return product

    def forward(self, latent: Tensor) -> Tensor:
        """Map latents of shape (count, n) to (count, m)."""
        return self.basis(latent) @ self.coefficients.T


def orthonormal_hermite(x: Tensor, max_degree: int) -> Tensor:
    r"""Evaluate $H_0(x), \dots, H_D(x)$, stacked in front of the shape of `x`.

    .. math:: \sqrt{d+1}\,H_{d+1} = x H_d - \sqrt{d}\,H_{d-1}
    """
    values = [torch.ones_like(x)]
    for degree in range(max_degree):
        lower = values[degree - 1] * degree**0.5 if degree else 0
        values.append((x * values[degree] - lower) / (degree + 1) ** 0.5)
    return torch.stack(values)
