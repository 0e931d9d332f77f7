"""Which maps count as recovered: rotations do, and no map that loses a latent or stretches one."""

import pytest
import torch
from torch import Generator

from lejepa_impl.metrics import measure_recovery
from lejepa_impl.validation import trained_spiral
from lejepa_impl.worlds.gaussian import GaussianWorld
from theory.claim import Profile

RHO = 0.95


def measure(matrix, cubic=0.0):
    """Measure h(z) = A z with some of the third Hermite polynomial of the first latent in its first output."""

    def encoder(z):
        linear = z @ torch.tensor(matrix, dtype=torch.float64).T
        return linear + cubic * torch.stack([(z[:, 0] ** 3 - 3 * z[:, 0]) / 6**0.5, 0 * z[:, 0]], dim=1)

    first, second = (z.double() for z in GaussianWorld(2, RHO).pairs(100_000, Generator().manual_seed(0)))
    return measure_recovery(first, encoder(first), encoder(second), RHO)


RECOVERED = {
    "identity": [[1.0, 0.0], [0.0, 1.0]],
    "rotation": [[0.6, -0.8], [0.8, 0.6]],
    "reflection": [[0.0, 1.0], [1.0, 0.0]],
    "a little short": [[0.9, 0.0], [0.0, 0.9]],
}
LOST = {
    "collapsed": [[1.0, 0.0], [1.0, 1e-3]],
    "of rank one": [[1.0, 0.0], [0.0, 0.0]],
    "half": [[0.5, 0.0], [0.0, 0.5]],
    "stretched": [[10.0, 0.0], [0.0, 0.1]],
    "shear": [[1.0, 1.0], [0.0, 1.0]],
}


@pytest.mark.parametrize("name", RECOVERED)
def test_a_rotation_counts_as_recovered(name):
    assert trained_spiral.recovers_a_rotation(measure(RECOVERED[name]), RHO)[0]


@pytest.mark.parametrize("name", LOST)
def test_another_map_does_not_though_its_regressions_are_perfect(name, monkeypatch):
    recovery = measure(LOST[name])
    assert not trained_spiral.recovers_a_rotation(recovery, RHO)[0]
    monkeypatch.setattr(trained_spiral, "_trained", lambda _: recovery)
    finding = trained_spiral.trained_encoder_recovers_the_latents.check(Profile.QUICK)
    assert finding.passed is False


def test_nonlinear_variance_uses_up_what_the_theorem_grants():
    few, many = (trained_spiral.recovers_a_rotation(measure(RECOVERED["identity"], cubic=c), RHO) for c in (0.1, 0.8))
    assert few[0]
    assert not many[0]


def test_a_distance_beyond_what_the_theorem_grants_is_noticed():
    recovery = measure(RECOVERED["a little short"])
    object.__setattr__(recovery, "defect", 0.0)
    assert not trained_spiral.recovers_a_rotation(recovery, RHO)[0]
