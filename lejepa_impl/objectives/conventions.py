r"""The weight $\lambda$ of SIGReg, converted between the conventions of code bases.

With $L(h)=\mathbb{E}|h(z')-h(z)|^2$ and the distance $D(h)$ of the embedding from the Gaussian, every convention is

.. math:: a\,L(h) + s\,D(h), \qquad a = f\,(1-\lambda)\ \text{or}\ f, \quad s = \lambda\,k,

where $f$ is the factor of the alignment (`Alignment.factor`) and $k$ is 1, or the number of samples by which the
statistic is multiplied. Two of them have the same minimisers where $s/a$ is the same; one is then $a/a'$
times the other, and so are the gradients.

Whether $D$ is of the pooled views or a mean over them is no matter of weight. The characteristic functions of the views
$\hat\varphi_1,\hat\varphi_2$, with mean $\bar\varphi$, have at every knot

.. math:: \tfrac12\sum_v|\hat\varphi_v-\varphi|^2 = |\bar\varphi-\varphi|^2 + \tfrac14|\hat\varphi_1-\hat\varphi_2|^2 ,

so that a conversion between the two is exact up to the last term, which vanishes with the views' laws equal.

References
----------
L, section 5 and its two implementations; W, Appendix H.
"""

from dataclasses import dataclass, field

from lejepa_impl.objectives.alignment import Alignment


@dataclass(frozen=True)
class Convention:
    r"""How a code base writes its objective.

    Parameters
    ----------
    alignment
        The alignment, with its factor.
    convex
        True for $\lambda R+(1-\lambda)A$, False for $\lambda R+A$.
    scaled
        Whether the statistic is multiplied by the number of samples.
    pooled
        Whether the regularizer sees the views as one sample, or is averaged over them. The number of samples is that
        of all views, or of one.
    over_processes
        Whether that number is of all processes that share the batch, or of one.
    """

    alignment: Alignment = field(default_factory=Alignment)
    convex: bool = True
    scaled: bool = True
    pooled: bool = True
    over_processes: bool = True

    def samples(self, batch: "Batch") -> int:
        """Return the number by which the statistic is multiplied."""
        if not self.scaled:
            return 1
        return batch.pairs * (2 if self.pooled else 1) * (batch.processes if self.over_processes else 1)


@dataclass(frozen=True)
class Batch:
    """The sizes on which conventions depend.

    Parameters
    ----------
    dim
        Number m of dimensions of the embedding.
    pairs
        Number of pairs that one process holds at each step.
    processes
        Number of processes that share the batch.

    Raises
    ------
    ValueError
        If a number is below 1.
    """

    dim: int
    pairs: int
    processes: int = 1

    def __post_init__(self) -> None:
        for name in ("dim", "pairs", "processes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} of a batch must be at least 1, not {getattr(self, name)}")


@dataclass(frozen=True)
class Converted:
    r"""A weight in another convention.

    Parameters
    ----------
    weight
        $\lambda'$ of the other convention.
    factor
        What the other objective, with this weight, is to be multiplied by to be the original one.
    """

    weight: float
    factor: float


#: The conventions of public code, by the names of `docs/conventions.md`.
CONVENTIONS = {
    "W": Convention(over_processes=False),
    "L, minimal example": Convention(pooled=False, over_processes=False),
    "L, package": Convention(pooled=False),
    "LeWorldModel": Convention(Alignment(around_pair_mean=False), convex=False, pooled=False, over_processes=False),
}


def relative_weight(weight: float, convention: Convention, batch: Batch) -> float:
    r"""Return $s/a$, the weight of the distance $D$ relative to the alignment $L$, on which the minimisers depend.

    Raises
    ------
    ValueError
        If the weight is not positive, or not below 1 in a convex convention.
    """
    _require(weight, convention)
    alignment, distance = _coefficients(weight, convention, batch)
    return distance / alignment


def weight_of(relative: float, convention: Convention, batch: Batch) -> float:
    r"""Return the $\lambda$ of a convention that has a relative weight: the inverse of `relative_weight`.

    Raises
    ------
    ValueError
        If the relative weight is not positive.
    """
    if not 0 < relative < float("inf"):
        raise ValueError(f"a relative weight must be positive, not {relative}")
    odds = relative * convention.alignment.factor(batch.dim) / convention.samples(batch)
    return odds / (1 + odds) if convention.convex else odds


def convert(weight: float, source: Convention, target: Convention, batch: Batch) -> Converted:
    r"""Convert a weight $\lambda$ from one convention to another.

    Parameters
    ----------
    weight
        $\lambda$ in the source's convention.
    source, target
        The conventions.
    batch
        The sizes of a training step, the same for both.

    Raises
    ------
    ValueError
        If the weight is not positive, or not below 1 in a convex convention.
    """
    converted = weight_of(relative_weight(weight, source, batch), target, batch)
    original, _ = _coefficients(weight, source, batch)
    alignment, _ = _coefficients(converted, target, batch)
    return Converted(converted, original / alignment)


def _coefficients(weight: float, convention: Convention, batch: Batch) -> tuple[float, float]:
    of_alignment = convention.alignment.factor(batch.dim)
    return (1 - weight if convention.convex else 1) * of_alignment, weight * convention.samples(batch)


def _require(weight: float, convention: Convention) -> None:
    if convention.convex and not 0 < weight < 1:
        raise ValueError(f"the weight must be in (0, 1) in a convex convention, not {weight}")
    if not 0 < weight < float("inf"):
        raise ValueError(f"the weight must be positive, not {weight}")
