r"""Tests of the assumptions of W on recorded trajectories.

Every test compares means of functions of the record that its hypothesis equates. The record is cut into
batches along time; the means over batches of a mixing process are nearly independent and Gaussian, so that
Hotelling's statistic of them has an F distribution under the hypothesis, whatever the correlation in time.

That law is a limit of many independent samples. A record of N points whose slowest feature has the correlation r from
one to the next has as many as its mean has the variance of: $N(1-r)/(1+r)$. Where they are too few, features of
neighbouring batches move together, a hypothesis that holds would be rejected too often, and nothing is said.

References
----------
W, section 3: assumptions (i) independent, (ii) stationary, (iii) additive noise. Flegal & Jones, "Batch means and
spectral variance estimators in Markov chain Monte Carlo", Annals of Statistics 38, 2010. Epps & Pulley, "A test for
normality based on the empirical characteristic function", Biometrika 70, 1983.
"""

import warnings
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.polynomial import hermite_e
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

_SHORTEST = 400
#: Relative variation of a column that is none, and values whose fourth powers overflow.
_ROUND_OFF, _LARGEST = 1e-12, 1e60
_NPY = b"\x93NUMPY"
#: Batches of a record: enough for the covariance of the means, few enough for them to be independent.
_BATCHES = 40
_BENDS, _OUTLIERS = 8, 0.01  # of the slowest function of a latent, and beyond them
_FREE_DEGREE = 7  # of the polynomial that estimates a drift
_NULL_SAMPLES = 5_000
_NULL_SIZE = 400  # the distribution of the statistic hardly depends on the size of larger samples
_MOST_SAMPLES = 5_000
#: Independent samples below which a test is silent. With 40 of them, 5.9 % of 1 500 Gaussian autoregressions of 2 000
#: points were called not stationary at the level of 5 %; with 9, 10 % of those of 600 points.
_FEWEST_EFFECTIVE = 60
#: Correlation in time below which samples of a thinned record count as independent.
_THINNED_CORRELATION = 0.02


@dataclass(frozen=True)
class HypothesisTest:
    """Outcome of a test.

    Parameters
    ----------
    p_value
        Probability, under the hypothesis, of a record that speaks as much against it. None where the record is too
        short to say.
    compared
        What was compared, in words.
    untested
        Indices of latents for which the record is too short; the p-value is of the others.
    """

    p_value: float | None
    compared: str
    untested: tuple[int, ...] = ()

    def holds(self, level: float) -> bool | None:
        """Whether the hypothesis is not rejected; None where it is not, and latents are untested."""
        if self.p_value is not None and self.p_value < level:
            return False
        return None if self.untested else True


class Trajectories:
    """A record of latents.

    Parameters
    ----------
    values
        Shape (time,), (time, n) or (series, time, n); series are of one world, independent of each other.

    Raises
    ------
    ValueError
        If the record has another shape, is too short, holds a value that is not finite, or a constant column.
    """

    def __init__(self, values: Array) -> None:
        values = np.asarray(values)
        if values.dtype.kind not in "biuf":
            raise ValueError(f"trajectories are real numbers, not {values.dtype}")
        values = values.astype(np.float64)
        if not 1 <= values.ndim <= 3:
            raise ValueError(f"trajectories have the shape (time, n) or (series, time, n), not {values.shape}")
        if values.ndim == 1:
            values = values[:, None]
        self.values = values if values.ndim == 3 else values[None]
        series, time, dim = self.values.shape
        if dim < 1 or time < 3:
            raise ValueError(f"{series} series of {time} points of {dim} latents do not hold two pairs of latents")
        if series * time < _SHORTEST:
            raise ValueError(f"{series * time} points are too few for the tests: record at least {_SHORTEST}")
        if not np.isfinite(values).all():
            at = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
            raise ValueError(f"the record holds {values[at]} at index {at}: remove or fill what is not finite")
        largest = np.abs(self.values).max(axis=(0, 1))
        if not largest.max() < _LARGEST:
            raise ValueError(f"the record holds values up to {largest.max():.2g}: scale them down")
        constant = np.flatnonzero(np.ptp(self.values, axis=(0, 1)) <= _ROUND_OFF * largest)
        if constant.size:
            raise ValueError(f"column {constant[0]} is constant: leave it out")
        if not largest.min() > 1 / _LARGEST:
            raise ValueError(f"a column of the record holds values up to {largest.min():.2g}: scale it up")
        self.dim = dim
        flat = self.values.reshape(-1, dim)
        #: Standardised record, shape (series, time, n).
        self.standardised = (self.values - flat.mean(0)) / flat.std(0)

    @classmethod
    def load(cls, path: Path) -> "Trajectories":
        """Read a `.npy` file, or a CSV file with a column per latent and at most one line of names.

        Raises
        ------
        ValueError
            If the file holds no array of numbers; the message names the file.
        """
        try:
            if path.suffix == ".npy":
                with path.open("rb") as file:
                    if file.read(len(_NPY)) != _NPY:
                        raise ValueError("this is no file that `numpy.save` wrote")
                return cls(np.load(path, allow_pickle=False))
            with path.open() as lines:
                first = lines.readline().replace(",", " ").split()
            named = any(not _is_number(word) for word in first)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "loadtxt: input contained no data")
                return cls(np.loadtxt(path, delimiter=",", ndmin=2, skiprows=int(named)))
        except (ValueError, EOFError) as error:
            raise ValueError(f"{path}: {error}") from error

    @property
    def pairs(self) -> tuple[Array, Array]:
        """Standardised latents and their successors, each of shape (pairs, n)."""
        now, then = self.standardised[:, :-1], self.standardised[:, 1:]
        return now.reshape(-1, self.dim), then.reshape(-1, self.dim)

    def pair_correlation(self) -> tuple[Array, Array]:
        """Correlation of each latent with its successor, and its standard error, each of shape (n,)."""
        now, then = self.pairs
        rho = (now * then).mean(0) / (now**2).mean(0)
        # The regression error of each pair, in batches: its mean over the variance is the error of rho.
        means = _batch_means(now * (then - rho * now))
        return rho, means.std(0, ddof=1) / np.sqrt(len(means)) / (now**2).mean(0)

    @cached_property
    def effective_samples(self) -> Array:
        r"""Number of independent samples whose mean varies as that of the slowest function of $z_j$, shape (n,).

        That function is looked for among $z_j^2$ and the piecewise linear ones: wells that a latent seldom leaves are
        slow, whatever the correlation of $z_j$ and $z_j'$.
        """
        series, time, _ = self.values.shape
        lags = np.arange(1, time)
        counts = []
        for values in np.moveaxis(self.standardised, -1, 0):
            features = np.concatenate([np.stack([values, values**2], axis=-1), _bends(values)], axis=-1)
            memory = _memory(*np.array_split(features, 2, axis=1))
            slowest = min(1.0, float(np.abs(np.linalg.eigvals(memory)).max()))
            counts.append(series * time / (1 + 2 * (1 - lags / time) @ slowest**lags))
        return np.array(counts)

    @property
    def _untested(self) -> tuple[int, ...]:
        """Indices of latents of which the record holds too few independent samples."""
        return tuple(np.flatnonzero(self.effective_samples < _FEWEST_EFFECTIVE).tolist())

    def stationary(self) -> HypothesisTest:
        """Whether the first half of the time has the means, variances and correlations of the second."""
        now, then = self.standardised[:, :-1], self.standardised[:, 1:]
        p_values = []
        for j in sorted(set(range(self.dim)) - set(self._untested)):
            before, after = now[..., j], then[..., j]
            compared_means = np.stack([before, before**2, before * after], axis=-1)
            p_values.append(
                _same_mean(*np.array_split(compared_means, 2, axis=1), *np.array_split(_bends(before), 2, axis=1))
            )
        compared = "mean, variance and correlation of early and late latents"
        return HypothesisTest(_smallest(p_values), compared, self._untested)

    def reversible(self) -> HypothesisTest:
        r"""Whether $\mathbb{E}[f(z)g(z')] = \mathbb{E}[g(z)f(z')]$ for Hermite polynomials of degree 1 to 3."""
        now, then = self.pairs
        p_values = []
        for j in range(self.dim):
            before, after = (_hermite(values[:, j], 3) for values in (now, then))
            flows = [before[a] * after[b] - before[b] * after[a] for a, b in combinations(range(3), 2)]
            p_values.append(_zero_mean(np.stack(flows, axis=-1)))
        return HypothesisTest(_smallest(p_values), "pairs and reversed pairs, Hermite degrees 1 to 3")

    def additive_noise(self) -> HypothesisTest:
        r"""Whether the residuals $z_j'-m(z_j)$ have the same second and third moments for every $z_j$."""
        now, then = self.pairs
        p_values = []
        for j in range(self.dim):
            design = _hermite(now[:, j], _FREE_DEGREE)
            design = np.vstack([np.ones(len(now)), design]).T
            noise = then[:, j] - design @ np.linalg.lstsq(design, then[:, j], rcond=None)[0]
            variance = (noise**2).mean()
            # Moments that an error of the estimated drift does not move at first order.
            moments = np.stack([noise**2 - variance, noise**3 - 3 * variance * noise])
            # Bounded functions of z keep the power where its tails are heavy.
            bounded = np.stack([np.tanh(now[:, j]), now[:, j] ** 2 / (1 + now[:, j] ** 2)])
            bounded, moments = (values - values.mean(1, keepdims=True) for values in (bounded, moments))
            p_values.append(_zero_mean((bounded[:, None] * moments).reshape(4, -1).T))
        return HypothesisTest(_smallest(p_values), "second and third moments of z' - m(z) across z")

    def independent(self) -> HypothesisTest:
        """Whether two latents, their squares, and one and the successor of the other are uncorrelated."""
        if self.dim == 1:
            return HypothesisTest(1.0, "no other latent")
        now, then = self.pairs
        p_values = []
        for i, j in combinations([j for j in range(self.dim) if j not in self._untested], 2):
            a, b, a_next, b_next = now[:, i], now[:, j], then[:, i], then[:, j]
            products = [a * b, (a**2 - 1) * (b**2 - 1), a * b_next - a * b, b * a_next - a * b]
            p_values.append(_zero_mean(np.stack(products, axis=-1)))
        return HypothesisTest(_smallest(p_values), "pairs of latents, their squares and successors", self._untested)

    def gaussian(self) -> HypothesisTest:
        r"""Whether every latent is Gaussian: Epps-Pulley statistic of the thinned record, $w(t)=e^{-t^2/2}$.

        Its null distribution is simulated, standardisation by the sample included.
        """
        p_values = []
        for j, thinned in enumerate(self._thinned()):
            if j in self._untested:
                continue
            null = _null(min(len(thinned), _NULL_SIZE))
            larger = int((null >= _epps_pulley(thinned[None])).sum())
            p_values.append((1 + larger) / (1 + _NULL_SAMPLES))
        compared = "characteristic function of each latent and of a Gaussian"
        return HypothesisTest(_smallest(p_values), compared, self._untested)

    def sigreg(self) -> tuple[Array, Array]:
        r"""Epps-Pulley statistic of each latent and its mean under independent Gaussians of the same size.

        Both are nan for a latent of which the record holds too few independent samples.
        """
        found = np.full((2, self.dim), np.nan)
        for j, thinned in enumerate(self._thinned()):
            if j not in self._untested:
                found[:, j] = _epps_pulley(thinned[None])[0], _null(min(len(thinned), _NULL_SIZE)).mean()
        return found[0], found[1]

    def _thinned(self) -> list[Array]:
        """Nearly independent samples of each latent."""
        rho = np.abs(self.pair_correlation()[0])
        gaps = np.ceil(np.log(_THINNED_CORRELATION) / np.log(np.clip(rho, 1e-3, 0.9999))).astype(int)
        kept = []
        for j, gap in enumerate(np.maximum(gaps, 1)):
            thinned = self.standardised[:, ::gap, j].ravel()
            kept.append(thinned[:: max(1, len(thinned) // _MOST_SAMPLES)])
        return kept


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _hermite(values: Array, degree: int) -> Array:
    """Hermite polynomials of degree 1 to `degree`, shape (degree, ...)."""
    return np.asarray(hermite_e.hermevander(values, degree)[..., 1:].T)


def _batch_means(values: Array) -> Array:
    """Means over batches along the first axis, shape (batches, ...)."""
    return np.array([batch.mean(0) for batch in np.array_split(values, _BATCHES)])


def _zero_mean(features: Array) -> float:
    """p-value of Hotelling's one-sample test on batch means of features, shape (time, k)."""
    means = _batch_means(features)
    count, size = means.shape
    centre = means.mean(0)
    squared = count * centre @ np.linalg.solve(np.cov(means.T).reshape(size, size), centre)
    return float(stats.f.sf(squared * (count - size) / (size * (count - 1)), size, count - size))


def _same_mean(first: Array, second: Array, first_state: Array, second_state: Array) -> float:
    r"""p-value of Hotelling's two-sample test on batch means, features of shape (series, time, k).

    With M the linear autoregression of the features and of further functions of the state, together F, the innovations
    $F_{t+1}-MF_t$ have a mean $(I-M)\mathbb{E}F$. So $(I-M)^{-1}$ times them has the mean of F, and no memory: batches
    of it are independent even where they are shorter than the memory of the features (Gordin's martingale).
    """
    size = first.shape[-1]
    if min(first.shape[1], second.shape[1]) > 1:
        parts = [np.concatenate(pair, axis=-1) for pair in ((first, first_state), (second, second_state))]
        memory = _memory(*parts)
        resolvent = np.linalg.inv(np.eye(len(memory)) - memory)[:, :size]
        first, second = ((part[:, 1:] - part[:, :-1] @ memory) @ resolvent for part in parts)
    one, two = (_batch_means(part.reshape(-1, size)) for part in (first, second))
    count = len(one)
    difference = one.mean(0) - two.mean(0)
    pooled = (np.cov(one.T) + np.cov(two.T)) / 2
    squared = count / 2 * difference @ np.linalg.solve(pooled, difference)
    freedom = 2 * count - size - 1
    return float(stats.f.sf(squared * freedom / (size * (2 * count - 2)), size, freedom))


def _bends(values: Array) -> Array:
    """Piecewise linear functions of values, one for each place where they bend, shape (..., bends)."""
    lowest, highest = np.quantile(values, [_OUTLIERS, 1 - _OUTLIERS])
    return np.maximum(values[..., None] - np.linspace(lowest, highest, _BENDS + 2)[1:-1], 0)


def _memory(*parts: Array) -> Array:
    """Linear autoregression of features of shape (series, time, k), less their mean in each part, shape (k, k)."""
    centred = [part - part.mean((0, 1)) for part in parts]
    before, after = (
        np.concatenate([part[:, at].reshape(-1, part.shape[-1]) for part in centred])
        for at in (slice(-1), slice(1, None))
    )
    return np.asarray(np.linalg.lstsq(before, after, rcond=None)[0])


def _smallest(p_values: list[float]) -> float | None:
    """p-value of several tests together, by Bonferroni; None of none."""
    return min(1.0, len(p_values) * min(p_values)) if p_values else None


@cache
def _null(size: int) -> Array:
    """Sorted statistics of Gaussian samples."""
    return np.sort(_epps_pulley(np.random.default_rng(0).standard_normal((_NULL_SAMPLES, size))))


def _epps_pulley(samples: Array) -> Array:
    r"""$N\int|\hat\varphi(t)-e^{-t^2/2}|^2 w(t)\,dt$ of standardised rows of shape (rows, N), by the trapezoid rule."""
    samples = (samples - samples.mean(1, keepdims=True)) / samples.std(1, keepdims=True)
    times = np.linspace(0, 4, 21)[1:]
    total = np.zeros(len(samples))
    for time in times:
        real = np.cos(time * samples).mean(1) - np.exp(-(time**2) / 2)
        imaginary = np.sin(time * samples).mean(1)
        total += (real**2 + imaginary**2) * np.exp(-(time**2) / 2)
    return np.asarray(samples.shape[1] * 2 * times[0] * total)
