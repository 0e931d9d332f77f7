"""Strategies of worlds and of the laws of their latents."""

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import ValidationError

from proofs_numeric.strategies.linear import correlations
from proofs_numeric.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from proofs_numeric.worlds.diffusion import DiffusionWorld
from proofs_numeric.worlds.gaussian import GaussianWorld, TwoViewsWorld
from proofs_numeric.worlds.lattice import LatticeWorld
from proofs_numeric.worlds.laws import (
    ContinuousLaw,
    Discrete,
    Empirical,
    Gamma,
    Gaussian,
    GaussianMixture,
    GeneralisedNormal,
    HyperbolicSecant,
    Laplace,
    Law,
    Logistic,
    SkewNormal,
    StudentT,
    Uniform,
)
from proofs_numeric.worlds.smooth import HyperbolicWorld, TransportWorld
from proofs_numeric.worlds.world import World

_MOST_LATENTS = 4


def latents(*, continuous: bool = False) -> SearchStrategy[Law]:
    """Laws of one latent, from heavy tails to bounded ones, skewed, of many modes, and on finitely many points.

    Parameters
    ----------
    continuous
        Whether only laws with a density are wanted.
    """
    laws = _continuous_laws()
    return laws if continuous else laws | _discrete_laws()


def transitions(law: Law, *, dim: SearchStrategy[int] | None = None) -> SearchStrategy[World]:
    """Worlds of independent latents of one given law: every kind that there is for it.

    Parameters
    ----------
    law
        Law of each latent (the first one of a pair, in a world that is not stationary).
    dim
        Numbers of latents; 1 to 4 if it is not given.
    """
    dims = _dims() if dim is None else dim
    kinds: list[SearchStrategy[World]] = []
    if isinstance(law, Gaussian):
        kinds.append(_gaussian_worlds(dims))
    if isinstance(law, ContinuousLaw):
        kinds.append(st.builds(DiffusionWorld, dim=dims, law=st.just(law), time=_times()))
    if isinstance(law, Laplace | Logistic | Gamma):
        kinds.append(st.builds(AutoregressiveWorld, dim=dims, rho=_rho(), marginal=st.just(law)))
    # Of Gaussian latents that channel is the Gaussian world; and the distribution function of the skew normal law is
    # inverted numerically, which takes seconds.
    if not isinstance(law, Gaussian | SkewNormal):
        kinds.append(st.builds(NonStationaryChannel, dim=dims, rho=_rho(negative=True), marginal=st.just(law)))
    return st.one_of(kinds)


def worlds(
    *,
    stationary: bool | None = None,
    reversible: bool | None = None,
    additive_noise: bool | None = None,
    dim: SearchStrategy[int] | None = None,
) -> SearchStrategy[World]:
    """Worlds of every kind; the simplest is the Gaussian one of one latent and correlation one half.

    Parameters
    ----------
    stationary, reversible, additive_noise
        What the worlds declare; None for both kinds.
    dim
        Numbers of latents; 1 to 4 if it is not given.
    """
    dims = _dims() if dim is None else dim
    every = st.one_of(
        _gaussian_worlds(dims),
        latents().flatmap(lambda law: transitions(law, dim=dims)),
        lattice_worlds(dim=dims),
        hyperbolic_worlds(dim=dims),
        transport_worlds(dim=dims),
    )
    wanted = {"stationary": stationary, "reversible": reversible, "additive_noise": additive_noise}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    return every.filter(lambda world: all(getattr(world, name) == value for name, value in wanted.items()))


def diffusion_worlds(*, dim: SearchStrategy[int] | None = None) -> SearchStrategy[DiffusionWorld]:
    """Reversible diffusions of every law with a density."""
    return st.builds(DiffusionWorld, dim=_dims() if dim is None else dim, law=_continuous_laws(), time=_times())


def hyperbolic_worlds(*, dim: SearchStrategy[int] | None = None) -> SearchStrategy[HyperbolicWorld]:
    """Reversible worlds with additive noise that is not Gaussian."""
    powers = st.sampled_from([4.0, 2.0, 1.0]) | st.floats(0.75, 64)
    # A slope near one needs a drift too steep for a grid of moderate size.
    slopes = st.just(0.5) | st.floats(0.05, 0.97)
    slopes |= slopes.map(lambda slope: -slope)
    return st.builds(HyperbolicWorld, dim=_dims() if dim is None else dim, slope=slopes, power=powers)


def transport_worlds(*, dim: SearchStrategy[int] | None = None) -> SearchStrategy[TransportWorld]:
    """Stationary worlds with Gaussian noise and the law of a convolution."""
    bases = st.one_of(
        st.just(Gaussian()),
        st.just(Uniform()),
        st.builds(SkewNormal, slant=st.sampled_from([1.0, -1.0, 4.0]) | st.floats(-8, 8)),
        st.builds(GeneralisedNormal, alpha=st.sampled_from([4.0, 3.0]) | st.floats(2, 8)),
    )
    shares = st.just(0.5) | st.floats(0.1, 0.7)
    return st.builds(TransportWorld, dim=_dims() if dim is None else dim, base=bases, share=shares)


@st.composite
def lattice_worlds(draw: DrawFn, *, dim: SearchStrategy[int] | None = None) -> LatticeWorld:
    """Worlds on a few states in a row, with monotone and other drifts, symmetric and other noise."""
    count = draw(st.integers(2, 6))
    reach = draw(st.integers(1, count - 1))
    # From the drift, the noise leads to the states within reach and to no others.
    drift = st.integers(0, count - 1 - reach)
    lowest = draw(st.lists(drift, min_size=count, max_size=count))
    if draw(st.booleans()):
        lowest = sorted(lowest)
    weights = draw(st.lists(st.integers(1, 16), min_size=reach + 1, max_size=reach + 1))
    if draw(st.booleans()):
        weights = [a + b for a, b in zip(weights, reversed(weights), strict=True)]
    total = sum(weights)
    try:
        return LatticeWorld(
            dim=draw(_dims() if dim is None else dim),
            states=tuple(range(count)),
            drift_values=tuple(lowest),
            noise_values=tuple(range(reach + 1)),
            probabilities=tuple(weight / total for weight in weights),
        )
    except ValidationError:
        # States that fall into two groups, each closed, have no one stationary law.
        reject()


def _dims() -> SearchStrategy[int]:
    return st.integers(1, _MOST_LATENTS)


def _rho(*, negative: bool = False) -> SearchStrategy[float]:
    return correlations(negative=negative).map(float)


def _times() -> SearchStrategy[float]:
    """Times after which a Gaussian diffusion has a correlation from 0.99 to 0.05."""
    return st.sampled_from([0.5, 0.1, 0.05]) | st.floats(0.01, 3)


def _gaussian_worlds(dims: SearchStrategy[int]) -> SearchStrategy[World]:
    def each(dim: int) -> SearchStrategy[World]:
        rho = _rho(negative=True)
        return st.one_of(
            st.builds(GaussianWorld, dim=st.just(dim), rho=rho),
            st.builds(GaussianWorld, dim=st.just(dim), rho=st.lists(rho, min_size=dim, max_size=dim).map(tuple)),
            st.builds(TwoViewsWorld, dim=st.just(dim), parent_correlation=rho),
        )

    # Examples shrink to the fewest choices, so the simplest world is one of its own.
    return dims.map(lambda dim: GaussianWorld(dim=dim, rho=0.5)) | dims.flatmap(each)


def _continuous_laws() -> SearchStrategy[ContinuousLaw]:
    exponents = st.sampled_from([2.0, 3.0, 1.5, 4.0, 1.0, 8.0, 0.5, 32.0, 0.125]) | st.floats(0.125, 32)
    return st.one_of(
        st.just(Gaussian()),
        st.builds(GeneralisedNormal, alpha=exponents),
        st.just(Laplace()),
        st.just(Logistic()),
        st.just(Uniform()),
        st.builds(HyperbolicSecant, power=st.sampled_from([4.0, 1.0]) | st.floats(0.25, 64)),
        st.builds(StudentT, freedom=st.sampled_from([5.0, 3.0]) | st.floats(2.1, 64)),
        st.builds(Gamma, shape=st.sampled_from([4.0, 1.0]) | st.floats(1, 16)),
        st.builds(SkewNormal, slant=st.sampled_from([1.0, -1.0, 4.0]) | st.floats(-8, 8)),
        _mixtures(),
        st.lists(st.integers(-8, 8), min_size=2, max_size=12)
        .filter(lambda samples: len(set(samples)) > 1)
        .map(lambda samples: Empirical(samples=tuple(samples))),
    )


@st.composite
def _mixtures(draw: DrawFn) -> GaussianMixture:
    count = draw(st.integers(2, 4))
    weights = draw(st.lists(st.integers(1, 8), min_size=count, max_size=count))
    means = draw(st.lists(st.integers(-4, 4), min_size=count, max_size=count))
    quarters = draw(st.lists(st.integers(1, 16), min_size=count, max_size=count))
    return GaussianMixture(
        weights=tuple(weight / sum(weights) for weight in weights),
        means=tuple(means),
        variances=tuple(quarter / 4 for quarter in quarters),
    )


@st.composite
def _discrete_laws(draw: DrawFn) -> Discrete:
    points = sorted(draw(st.sets(st.integers(-8, 8), min_size=2, max_size=6)))
    weights = draw(st.lists(st.integers(1, 8), min_size=len(points), max_size=len(points)))
    return Discrete(points=tuple(points), probabilities=tuple(weight / sum(weights) for weight in weights))
