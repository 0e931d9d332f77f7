"""Tests on records: they hold their level where the assumptions hold, and see where they do not."""

import numpy as np
import pytest
from scipy import stats

from proofs_numeric.trajectories import Trajectories

ALL = ("stationary", "reversible", "additive_noise", "independent", "gaussian")
LENGTH = 4_000


def ornstein_uhlenbeck(rng, rho=0.7, length=LENGTH, dim=2):
    values = np.empty((length, dim))
    latent = rng.standard_normal(dim)
    noise = np.sqrt(1 - rho**2) * rng.standard_normal((length, dim))
    for time in range(length):
        values[time] = latent
        latent = rho * latent + noise[time]
    return values


def recursion(rng, step, length=LENGTH):
    values = np.empty(length)
    latent = 0.0
    for time in range(-100, length):
        if time >= 0:
            values[time] = latent
        latent = step(latent, rng)
    return values


VIOLATIONS = {
    "stationary": lambda rng: ornstein_uhlenbeck(rng) + np.linspace(0, 1, LENGTH)[:, None],
    "reversible": lambda rng: recursion(rng, lambda z, rng: 0.6 * z + rng.exponential() - 1),
    "additive_noise": lambda rng: recursion(rng, lambda z, rng: 0.5 * z + np.sqrt(0.6 + 0.15 * z**2) * rng.normal()),
    "independent": lambda rng: ornstein_uhlenbeck(rng) @ np.array([[1.0, 0.3], [0.0, 1.0]]),
    "gaussian": lambda rng: recursion(rng, lambda z, rng: 0.5 * z + rng.laplace()),
}


@pytest.mark.parametrize("name", ALL)
def test_a_violation_is_seen(name):
    record = Trajectories(VIOLATIONS[name](np.random.default_rng(1)))
    assert getattr(record, name)().p_value < 1e-3


@pytest.mark.parametrize("name", ALL)
def test_the_level_is_held_in_a_gaussian_world(name):
    runs, level = 40, 0.05
    p_values = [
        getattr(Trajectories(ornstein_uhlenbeck(np.random.default_rng(seed), length=2_000)), name)().p_value
        for seed in range(runs)
    ]
    # Rejections are binomial: a test of level 5 % rejects more often than this with probability below 1e-4.
    assert sum(p <= level for p in p_values) <= stats.binom.isf(1e-4, runs, level)
    # A test that never rejects would have all p-values near 1.
    assert min(p_values) < 0.5


def two_wells(rng, length=2_000):
    values = recursion(rng, lambda z, rng: np.tanh(5 * z) + 0.4 * rng.standard_normal(), length)
    return values * rng.choice([-1, 1])


@pytest.mark.parametrize(
    ("name", "dim", "draw"),
    [
        pytest.param("stationary", 1, lambda rng, dim: ornstein_uhlenbeck(rng, 0.99, 400, dim), id="stationary"),
        pytest.param("stationary", 1, lambda rng, _: two_wells(rng), id="stationary, two wells"),
        pytest.param("independent", 2, lambda rng, dim: ornstein_uhlenbeck(rng, 0.99, 400, dim), id="independent"),
        pytest.param("gaussian", 1, lambda rng, dim: ornstein_uhlenbeck(rng, 0.99, 400, dim), id="gaussian"),
    ],
)
def test_the_level_is_held_in_a_record_of_few_independent_samples(name, dim, draw):
    runs, level = 40, 0.05
    tests = [getattr(Trajectories(draw(np.random.default_rng(seed), dim)), name)() for seed in range(runs)]
    # False-alarm probability below 1e-3.
    assert sum(test.holds(level) is False for test in tests) <= stats.binom.isf(1e-3, runs, level)


def test_the_slowest_function_of_a_latent_is_found():
    record = Trajectories(two_wells(np.random.default_rng(0), 10_000))
    crossings = np.mean(np.sign(record.values[0, 1:]) != np.sign(record.values[0, :-1]))
    assert record.pair_correlation()[0] < 0.9
    # A chain of two states has so many; half as many more allow for crossings that turn back at once.
    assert record.effective_samples < 10_000 * crossings / (1 - crossings) * 1.5


def test_effective_samples_are_those_of_an_autoregression():
    rho, length = 0.9, 20_000
    record = Trajectories(ornstein_uhlenbeck(np.random.default_rng(0), rho, length, dim=2))
    # The standard error of rho moves 1 - rho by 3 %; five of them, and the slowest of ten functions for z.
    np.testing.assert_allclose(record.effective_samples, length * (1 - rho) / (1 + rho), rtol=0.2)


def test_latents_that_are_long_enough_are_still_tested():
    rng = np.random.default_rng(5)
    slow = ornstein_uhlenbeck(rng, 0.995, dim=1)
    test = Trajectories(np.column_stack([slow, VIOLATIONS["stationary"](rng)])).stationary()
    assert test.untested == (0,)
    assert test.holds(1e-3) is False
    held = Trajectories(np.column_stack([slow, ornstein_uhlenbeck(rng, dim=1)])).stationary()
    assert held.holds(1e-6) is None


def test_a_variance_that_drifts_by_half_is_seen():
    values = ornstein_uhlenbeck(np.random.default_rng(6), 0.5, dim=1)
    assert Trajectories(values * np.sqrt(np.linspace(1, 1.5, LENGTH))[:, None]).stationary().p_value < 1e-3


@pytest.mark.parametrize("name", ALL)
def test_short_series_are_tested(name):
    series = np.stack([ornstein_uhlenbeck(np.random.default_rng(seed), length=3) for seed in range(300)])
    # False-alarm probability below 1e-4 each.
    assert 1e-4 <= getattr(Trajectories(series), name)().p_value <= 1


def test_the_correlation_is_within_its_error():
    record = Trajectories(ornstein_uhlenbeck(np.random.default_rng(2), rho=0.8, length=20_000))
    rho, error = record.pair_correlation()
    # Student's t of 40 batches; false-alarm probability 1e-6 for the two latents.
    assert (np.abs(rho - 0.8) < stats.t.isf(2.5e-7, 39) * error).all()
    assert (error < 0.01).all()


def test_files_are_read(tmp_path):
    values = ornstein_uhlenbeck(np.random.default_rng(3), length=500)
    np.save(tmp_path / "record.npy", values)
    (tmp_path / "record.csv").write_text("angle,speed\n" + "\n".join(f"{a!r},{b!r}" for a, b in values.tolist()))
    read = [Trajectories.load(tmp_path / name).values for name in ("record.npy", "record.csv")]
    np.testing.assert_array_equal(read[0], read[1])


def _with(value):
    values = np.random.default_rng(4).standard_normal((500, 2))
    values[7, 1] = value
    return values


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(_with(np.nan), r"nan at index \(7, 1\)", id="nan"),
        pytest.param(_with(np.inf), r"inf at index \(7, 1\)", id="infinite"),
        pytest.param(_with(0) * [1, 0], "column 1 is constant", id="constant"),
        pytest.param(1e-200 * _with(0), "column of the record holds values up to .*: scale it up", id="tiny"),
        pytest.param(np.ones((20, 2)), "20 points are too few", id="short"),
        pytest.param(np.ones((2, 2, 2, 2)), r"not \(2, 2, 2, 2\)", id="shape"),
    ],
)
def test_bad_records_are_named(values, message):
    with pytest.raises(ValueError, match=message):
        Trajectories(values)


def test_a_file_without_numbers_is_named(tmp_path):
    (tmp_path / "words.csv").write_text("a,b\nc,d\n")
    with pytest.raises(ValueError, match=r"words\.csv"):
        Trajectories.load(tmp_path / "words.csv")
