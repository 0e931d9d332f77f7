"""Multilayer perceptrons of one shape, stacked: a batched product per layer runs all of them.

The gradient is written out, into places that are held from step to step: large temporaries would be given back to the
operating system and cleared at every step, and a captured CUDA graph needs its memory to stay where it is.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor


class StackedMLP:
    """Linear layers with GELU between them, for E members at once.

    Parameters
    ----------
    parameters
        The parameters of each member as a row, in the order of `MLP.parameters()`: shape (E, parameters).
    gradients
        Where their gradients go, of the same shape.
    widths
        Numbers of inputs, of units of each hidden layer, and of outputs.
    samples
        Number of observations of each member.
    at_once
        Members advanced at a time, in buffers that all share; `members` are the slices of E.
    """

    def __init__(
        self, parameters: Tensor, gradients: Tensor, widths: Sequence[int], *, samples: int, at_once: int
    ) -> None:
        count = len(parameters)
        self.members = [slice(start, min(start + at_once, count)) for start in range(0, count, at_once)]
        self._parameters, self._gradients = _layers(parameters, widths), _layers(gradients, widths)
        held = min(at_once, count), samples
        self._preactivations = [parameters.new_empty(*held, width) for width in widths[1:]]
        self._activations = [parameters.new_empty(*held, width) for width in widths[1:-1]]

    def embed(self, observed: Tensor, members: slice) -> Tensor:
        """Return embeddings of shape (members, samples, outputs), which the next call overwrites."""
        size = members.stop - members.start
        outputs = observed[members]
        for layer, (weight, bias) in enumerate(self._parameters):
            inputs = torch.ops.aten.gelu.out(outputs, out=self._activations[layer - 1][:size]) if layer else outputs
            outputs = self._preactivations[layer][:size]
            torch.baddbmm(bias[members], inputs, weight[members].mT, out=outputs)
        return outputs

    def pull_back(self, slope: Tensor, observed: Tensor, members: slice) -> None:
        """Fill in the gradients of these members, from that of the embeddings returned last."""
        size = members.stop - members.start
        for layer in range(len(self._parameters) - 1, -1, -1):
            inputs = self._activations[layer - 1][:size] if layer else observed[members]
            of_weight, of_bias = (gradient[members] for gradient in self._gradients[layer])
            if inputs.shape[2] < slope.shape[2]:
                # Products are several times slower into few columns than into few rows.
                of_weight.copy_(torch.bmm(inputs.mT, slope).mT)
            else:
                torch.bmm(slope.mT, inputs, out=of_weight)
            torch.sum(slope, dim=1, keepdim=True, out=of_bias)
            if layer:
                # In the place of the activations, which have done their part.
                torch.bmm(slope, self._parameters[layer][0][members], out=inputs)
                slope = inputs
                torch.ops.aten.gelu_backward.grad_input(slope, self._preactivations[layer - 1][:size], grad_input=slope)


def _layers(rows: Tensor, widths: Sequence[int]) -> list[tuple[Tensor, Tensor]]:
    """View rows of parameters as weights (E, outputs, inputs) and biases (E, 1, outputs), layer by layer."""
    shapes = [shape for inputs, outputs in pairwise(widths) for shape in ((outputs, inputs), (1, outputs))]
    parts = [
        part.unflatten(1, shape)
        for part, shape in zip(rows.split([math.prod(shape) for shape in shapes], dim=1), shapes, strict=True)
    ]
    return list(zip(parts[::2], parts[1::2], strict=True))
