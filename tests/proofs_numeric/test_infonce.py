"""The enclosed mean objective of InfoNCE is that of sampled pairs."""

import numpy as np
import pytest
from flint import arb, ctx

from proofs_numeric.certificates import infonce_is_solved_by_many_latents as certificate
from theory.claim import Profile

#: False-alarm probability 1e-9.
Z = 6.11
_SAMPLES = 200_000


@pytest.mark.parametrize(("rho", "tau", "dim"), [(0.5, 0.125, 1), (0.75, 1.0, 2), (0.5, 0.125, 8)])
def test_the_enclosed_objective_is_that_of_samples(rho, tau, dim):
    latent, noise, stranger = np.random.default_rng(0).standard_normal((3, _SAMPLES, dim))
    view = rho * latent + np.sqrt(1 - rho**2) * noise
    log_odds = tau / 2 * (np.sum((latent - view) ** 2, axis=1) - np.sum((latent - stranger) ** 2, axis=1))
    values = np.logaddexp(0, log_odds)
    with ctx.workprec(256):
        enclosed = certificate.mean_objective(arb(rho), arb(tau), dim)
    assert float(enclosed.rad()) < 1e-25
    assert abs(values.mean() - float(enclosed)) < Z * values.std() / _SAMPLES**0.5


def test_the_certificate_sees_one_latent_too_many(monkeypatch):
    right, check = certificate.mean_objective, certificate.one_stranger_between_the_bounds.check
    assert check(Profile.QUICK).passed
    monkeypatch.setattr(certificate, "mean_objective", lambda rho, tau, dim: right(rho, tau, dim + 1))
    assert not check(Profile.QUICK).passed
