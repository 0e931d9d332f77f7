r"""What a record of latents says of its world: the assumptions by their p-values, and estimated Ritz values of S."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from proofs_numeric.trajectories import HypothesisTest, Trajectories

Array = NDArray[np.float64]

#: Probability with which an assumption that holds is called broken.
_LEVEL = 0.01
_DEGREE = 3
_BATCHES = 20


def verdict_on_record(record: Trajectories) -> dict[str, Any]:
    """Judge a record, as it is printed in JSON.

    Linear identifiability is predicted where no test rejects its hypothesis at the level of 1 % together: independence,
    stationarity, additive noise and Gaussian latents, with a least correlation above the square of the largest one.
    Where none is rejected and the record is too short for some, nothing is predicted (None).

    Raises
    ------
    ValueError
        If what the tests compare does not vary by itself.
    """
    try:
        return _judged(record)
    except np.linalg.LinAlgError as error:
        raise ValueError(
            "the record does not vary enough for the tests: columns repeat each other, take too few values, "
            "or follow from their last value"
        ) from error


def _judged(record: Trajectories) -> dict[str, Any]:
    rho, rho_error = record.pair_correlation()
    statistics, null_means = record.sigreg()
    tests = {name: getattr(record, name)() for name in ("independent", "stationary", "additive_noise", "gaussian")}
    reversible = record.reversible()
    if any(test.p_value is not None and np.isnan(test.p_value) for test in (*tests.values(), reversible)):
        raise np.linalg.LinAlgError
    spectrum = [_ritz(record.standardised[..., j]) for j in range(record.dim)]
    outcomes = {name: test.holds(_LEVEL / len(tests)) for name, test in tests.items()}
    broken = [name for name, holds in outcomes.items() if holds is False]
    silent = [name for name, holds in outcomes.items() if holds is None]
    gap = float(rho.min() - max((rho**2).max(), *(values[1] for values, _, _ in spectrum)))
    if gap <= 0:
        broken.append("gap")
    return {
        "schema": 1,
        "assumptions": {name: _outcome(tests[name]) for name in ("independent", "stationary", "additive_noise")},
        "reversible": _outcome(reversible),
        "gaussian": _outcome(tests["gaussian"]) | {"sigreg": _numbers(statistics), "sigreg_null": _numbers(null_means)},
        "effective_samples": record.effective_samples.tolist(),
        "pair_correlation": [
            {"estimate": value, "standard_error": error}
            for value, error in zip(rho.tolist(), rho_error.tolist(), strict=True)
        ],
        "spectrum": [
            {"eigenvalue": float(value), "error": float(error), "latents": [j]}
            for j, (values, errors, _) in enumerate(spectrum)
            for value, error in zip(values, errors, strict=True)
        ],
        "linear_identifiability": {
            "predicted": False if broken else None if silent else True,
            "reason": _reason(broken, silent),
            "r2": float(np.mean([share for _, _, share in spectrum])),
            "top_eigenvalue": float(max(values[0] for values, _, _ in spectrum)),
            "gap": gap,
        },
    }


def _reason(broken: list[str], silent: list[str]) -> str:
    if broken:
        return f"rejected: {', '.join(broken)}"
    if silent:
        return f"the record is too short to say: {', '.join(silent)}"
    return "no assumption is rejected"


def _outcome(test: HypothesisTest) -> dict[str, Any]:
    return {
        "holds": test.holds(_LEVEL),
        "p_value": test.p_value,
        "compared": test.compared,
        "untested": list(test.untested),
    }


def _numbers(values: Array) -> list[float | None]:
    """JSON knows no nan."""
    return [float(value) if np.isfinite(value) else None for value in values]


def _ritz(latent: Array) -> tuple[Array, Array, float]:
    """Ritz values of S in polynomials of one latent, their jackknife errors, and the share of z in the first."""
    now, then = latent[:, :-1].ravel(), latent[:, 1:].ravel()
    batches = np.array_split(np.arange(len(now)), _BATCHES)
    grams, pairs = np.zeros((2, _BATCHES, _DEGREE + 1, _DEGREE + 1))
    for index, batch in enumerate(batches):
        before, after = (np.vander(values[batch], _DEGREE + 1, increasing=True) for values in (now, then))
        grams[index] = (before.T @ before + after.T @ after) / 2
        pairs[index] = (before.T @ after + after.T @ before) / 2
    values, share = _eigen(grams.sum(0), pairs.sum(0))
    left_out = np.array(
        [_eigen(grams.sum(0) - gram, pairs.sum(0) - pair)[0] for gram, pair in zip(grams, pairs, strict=True)]
    )
    errors = np.sqrt((_BATCHES - 1) * left_out.var(0))
    return values, errors, share


def _eigen(gram: Array, pair: Array) -> tuple[Array, float]:
    """Eigenvalues off the constants, descending, and the share of z in the first eigenfunction."""
    # Centring is a Schur complement of the constant.
    gram_centred = gram[1:, 1:] - np.outer(gram[1:, 0], gram[0, 1:]) / gram[0, 0]
    mean = gram[1:, 0] / gram[0, 0]
    pair_centred = (
        pair[1:, 1:] - np.outer(mean, pair[0, 1:]) - np.outer(pair[1:, 0], mean) + pair[0, 0] * np.outer(mean, mean)
    )
    values, vectors = eigh(pair_centred, gram_centred)
    overlap = gram_centred[0] @ vectors[:, -1]
    return values[::-1], float(overlap**2 / gram_centred[0, 0])
