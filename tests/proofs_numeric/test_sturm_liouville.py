"""Spectra of diffusions against the ones known in closed form."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy.special import mathieu_sem

from proofs_numeric.sturm_liouville import Function, diffusion_spectrum

LEVELS = np.arange(10.0)
#: Dirichlet eigenvalues of -y'' + 2 cos(2x) y on [0, pi], as Matslise and pyslise print them in their own tests
#: (twist-numerical/matslise, test/matslise/mathieu.cpp).
MATHIEU = np.array(
    [
        *(-0.110248816992, 3.917024772998, 9.047739259809, 16.032970081406, 25.020840823290),
        *(36.014289910628, 49.010418249424, 64.007937189250, 81.006250326633, 100.005050675159),
    ]
)


@dataclass(frozen=True)
class Known:
    log_density: Function
    eigenvalues: np.ndarray
    settings: dict[str, Any] = field(default_factory=dict)
    continuous_from: float = np.inf


def _log_sech(x):
    return np.log(2) - np.abs(x) - np.log1p(np.exp(-2 * np.abs(x)))


KNOWN = {
    "hermite": Known(lambda x: -(x**2) / 2, LEVELS),
    "shifted_hermite": Known(lambda x: -((x - 30) ** 2) / 8, LEVELS / 4, {"anchor": 31.0, "scale": 2.0}),
    "cosines": Known(lambda x: 0 * x, (LEVELS * np.pi / 2) ** 2, {"support": (-1, 1)}),
    "legendre": Known(lambda x: 0 * x, LEVELS * (LEVELS + 1), {"support": (-1, 1), "mobility": lambda x: 1 - x**2}),
    "jacobi": Known(
        lambda x: np.log1p(-x) / 2 + 2 * np.log1p(x),
        LEVELS * (LEVELS + 1 + 2.5),
        {"support": (-1, 1), "mobility": lambda x: 1 - x**2},
    ),
    "laguerre": Known(
        lambda x: 1.5 * np.log(x) - x, LEVELS, {"support": (0, np.inf), "mobility": lambda x: x, "anchor": 1.0}
    ),
    "trigonometric_poeschl_teller": Known(
        lambda x: 4 * np.log(np.cos(x)), LEVELS * (LEVELS + 4), {"support": (-np.pi / 2, np.pi / 2)}
    ),
    # Its density is the square of the ground state.
    "mathieu": Known(
        lambda x: 2 * np.log(mathieu_sem(1, 1, np.degrees(x))[0]),
        MATHIEU - MATHIEU[0],
        {"support": (0, np.pi), "anchor": np.pi / 2},
    ),
    "hyperbolic_poeschl_teller": Known(
        lambda x: 8 * _log_sech(x), (LEVELS * (8 - LEVELS))[:4], {"scale": 0.5}, continuous_from=16
    ),
    "morse": Known(
        lambda x: -2 * np.exp(np.minimum(-x, 700)) - 8 * x,
        (LEVELS * (8 - LEVELS))[:4],
        {"anchor": -np.log(4), "scale": 0.5},
        continuous_from=16,
    ),
    "laplace": Known(lambda x: -np.abs(x), LEVELS[:1], {"breakpoints": (0.0,)}, continuous_from=0.25),
    "logistic": Known(lambda x: 2 * _log_sech(x / 2), LEVELS[:1], continuous_from=0.25),
    "student_t": Known(lambda x: -3 * np.log1p(x**2 / 5), LEVELS[:1], continuous_from=0),
}
both = pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)


@both
def test_eigenvalues_are_within_their_error_bars(known):
    spectrum = diffusion_spectrum(known.log_density, len(LEVELS), **known.settings)
    assert spectrum.eigenvalues.shape == known.eigenvalues.shape
    error = np.abs(spectrum.eigenvalues - known.eigenvalues)
    assert (error <= spectrum.errors).all()
    assert (error <= 1e-10 * np.maximum(1, known.eigenvalues)).all()


@both
def test_continuous_spectrum_is_seen(known):
    spectrum = diffusion_spectrum(known.log_density, 3, **known.settings)
    # The score of the Student tail vanishes like 1/x, that of the others is exact far out.
    assert spectrum.continuous_from == pytest.approx(known.continuous_from, rel=1e-6)


@both
def test_eigenfunctions_are_orthonormal(known):
    spectrum = diffusion_spectrum(known.log_density, 6, **known.settings)
    gram = spectrum.mean(spectrum.eigenfunctions[:, None] * spectrum.eigenfunctions)
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-9)


@both
def test_eigenfunction_k_changes_sign_k_times(known):
    spectrum = diffusion_spectrum(known.log_density, 6, **known.settings)
    modes = range(len(spectrum.eigenvalues))
    assert [spectrum.sign_changes(mode) for mode in modes] == list(modes)


@pytest.mark.parametrize(
    ("name", "r2"),
    [
        ("shifted_hermite", [1, 0]),
        # An affine function explains 96/pi^4 of the variance of half a cosine.
        ("cosines", [96 / np.pi**4, 0]),
        ("legendre", [1, 0]),
    ],
)
def test_the_affine_part_of_an_eigenfunction_is_known(name, r2):
    spectrum = diffusion_spectrum(KNOWN[name].log_density, 3, **KNOWN[name].settings)
    np.testing.assert_allclose([spectrum.affine_r2(mode) for mode in (1, 2)], r2, atol=1e-10)


def test_a_loose_tolerance_gives_honest_bars():
    spectrum = diffusion_spectrum(lambda x: -(x**4), tolerance=1e-4)
    fine = diffusion_spectrum(lambda x: -(x**4), tolerance=1e-10)
    assert (np.abs(spectrum.eigenvalues - fine.eigenvalues) <= spectrum.errors + fine.errors).all()
    assert (spectrum.eigenvalues >= fine.eigenvalues - fine.errors - spectrum.errors.min()).all()


@pytest.mark.parametrize(
    ("log_density", "settings", "message"),
    [
        pytest.param(lambda x: 0 * x, {}, "does not fall off", id="not_normalisable"),
        pytest.param(lambda x: np.where(x > 0.1, np.nan, -(x**2)), {}, "fall off|log density is nan", id="nan"),
        pytest.param(lambda x: -(x**2), {"support": (1, 2)}, "anchor 0.0 is not inside", id="anchor"),
        pytest.param(lambda x: -(x**2), {"mobility": lambda x: x}, "mobility is -", id="negative_mobility"),
        pytest.param(lambda x: -(x**2), {"count": 0}, "at least 1 eigenvalue, not 0", id="count"),
    ],
)
def test_bad_input_is_named(log_density, settings, message):
    with pytest.raises(ValueError, match=message):
        diffusion_spectrum(log_density, **settings)
