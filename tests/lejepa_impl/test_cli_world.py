"""The command `world`: worlds and records that are judged, and others that are named in one line."""

import json

import numpy as np
import pytest

from proofs_numeric.worlds.lattice import five_state_world


@pytest.fixture
def five_states(tmp_path):
    (tmp_path / "five.yaml").write_text(str(five_state_world(2)))
    return "five.yaml"


def test_the_five_states_are_identified_and_not_reversible(command, five_states):
    code, out, _ = command("world", five_states, "--json")
    found = json.loads(out)
    assert (code, found["schema"]) == (0, 1)
    assert found["linear_identifiability"]["predicted"] is True
    assert found["reversible"]["holds"] is False
    assert all(item["holds"] for item in found["assumptions"].values())
    code, out, _ = command("world", five_states)
    assert code == 0
    assert "linear identifiability: predicted" in out


def test_the_laplace_channel_of_the_sweep_is_not_stationary_by_so_much(command, tmp_path):
    world = "world: non_stationary_channel\ndim: 2\nrho: 0.95\nmarginal: {law: laplace}\n"
    (tmp_path / "sweep.yaml").write_text(world)
    code, out, _ = command("world", "sweep.yaml")
    assert code == 0
    assert "excess kurtosis 3 -> 2.472" in out


def test_a_world_of_a_module_is_judged(command, tmp_path):
    lines = "from proofs_numeric.worlds.gaussian import GaussianWorld", "mine = GaussianWorld(dim=2, rho=0.9)", "n = 3"
    (tmp_path / "module_of_worlds.py").write_text("\n".join(lines))
    code, out, _ = command("world", "module_of_worlds:mine", "--json")
    assert code == 0
    assert json.loads(out)["linear_identifiability"]["gap"] == pytest.approx(0.09)
    code, _, err = command("world", "module_of_worlds:n")
    assert (code, "is a int, not a world" in err) == (2, True)


def test_a_record_is_judged(command, tmp_path):
    random, latent, record = np.random.default_rng(0), np.zeros(2), []
    for _ in range(4_000):
        latent = 0.8 * latent + 0.6 * random.standard_normal(2)
        record.append(latent)
    np.save(tmp_path / "record.npy", record)
    code, out, _ = command("world", "record.npy", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["linear_identifiability"]["predicted"] is True
    for item in found["pair_correlation"]:
        # Five standard errors: false alarm below 1e-5 by Student's t of 39 degrees of freedom.
        assert abs(item["estimate"] - 0.8) < 5 * item["standard_error"]
    assert all(0 <= item["p_value"] <= 1 for item in found["assumptions"].values())
    code, out, _ = command("world", "record.npy")
    assert code == 0
    assert "p = " in out


def test_a_record_of_few_independent_samples_is_not_judged(command, tmp_path):
    random, latent, record = np.random.default_rng(0), 0.0, []
    for _ in range(400):
        latent = 0.99 * latent + 0.14 * random.standard_normal()
        record.append(latent)
    np.save(tmp_path / "short.npy", record)
    code, out, _ = command("world", "short.npy", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["assumptions"]["stationary"]["holds"] is None
    assert found["linear_identifiability"]["predicted"] is None
    code, out, _ = command("world", "short.npy")
    assert code == 0
    assert "too short to say" in out


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param(
            "w.yaml", "world: diffusion\ntime: 1\nlaw: {law: student_t, freedom: 2}", "greater than 2", id="variance"
        ),
        pytest.param(
            "w.yaml",
            "world: diffusion\ntime: 1\nlaw: {law: formula, density_formula: exp(-x**2)}",
            "the integral 1.77245, not 1",
            id="unnormalised",
        ),
        pytest.param(
            "w.yaml",
            "world: diffusion\ntime: 1\nlaw: {law: generalised_normal, alpha: 0}",
            "alpha: Input should be greater than 0",
            id="alpha",
        ),
        pytest.param("w.yaml", "world: elsewhere", "elsewhere", id="unknown"),
        pytest.param("r.csv", "1,2\n" * 20, "too few for the tests", id="short"),
        pytest.param("r.csv", "1,2\n3,nan\n" * 500, "holds nan at index", id="nan"),
        pytest.param("r.csv", "1,2\n3,2\n" * 500, "column 1 is constant", id="constant"),
        pytest.param(
            "w.yaml",
            "world: diffusion\ntime: 1\nlaw: {law: formula, density_formula: x, low: -1, high: 1}",
            "the density is -",
            id="negative",
        ),
        pytest.param("w.yaml", "world: gaussian\nrho: 0.5\ncolour: red", "colour: Extra inputs", id="unknown_setting"),
        pytest.param(
            "w.yaml",
            "world: lattice\nstates: [0, 1]\ndrift_values: [0, 1]\nnoise_values: [0, 1]\nprobabilities: [0.5, 0.5]",
            "from state 1 the noise 1 leads to 2, no state",
            id="support",
        ),
        pytest.param(
            "w.yaml",
            "world: lattice\nstates: [0, 1]\ndrift_values: [0, 0]\nnoise_values: [0]\nprobabilities: [1]",
            "the latent stays at 0 for ever",
            id="constant_chain",
        ),
        pytest.param("w.yaml", "world: hyperbolic\nslope: 0.5\npower: 1.0e-5", "needs 40000015 points", id="grid"),
        pytest.param(
            "w.yaml",
            "world: diffusion\ntime: 1\nlaw: {law: gaussian_mixture, weights: [0.5, 0.5], means: [-30, 30], "
            "variances: [0.3, 0.3]}",
            "its modes exchange no mass",
            id="modes",
        ),
        pytest.param(
            "w.yaml",
            "world: non_stationary_channel\ndim: 40\nrho: 0.5\nmarginal: {law: uniform}",
            "joint spectrum of 40 latents that are not stationary is too large",
            id="joint",
        ),
        pytest.param("r.csv", "a,b\nc,d\n" + "1,2\n" * 500, "could not convert string 'c'", id="two_headers"),
        pytest.param("r.csv", "1,2\n2,1\n" * 300 + "1,2,3\n", "columns changed from 2 to 3", id="ragged"),
        pytest.param("r.csv", "", "do not hold two pairs of latents", id="empty_csv"),
        pytest.param("r.csv", "1,2\n2,4\n3,6\n" * 300, "does not vary enough for the tests", id="repeated"),
        pytest.param("r.npy", "not an array", "no file that `numpy.save` wrote", id="not_npy"),
        pytest.param("missing.yaml", None, "No such file", id="missing"),
        pytest.param("missing.npy", None, "No such file", id="missing_record"),
        pytest.param("no.module:here", None, "cannot load", id="module"),
        pytest.param("nothing", None, "neither MODULE:OBJECT nor", id="kind"),
    ],
)
def test_a_bad_world_is_named_in_one_line(command, tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_text(content)
    code, out, err = command("world", name)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("record", "message"),
    [
        pytest.param(np.ones((600, 2)) * 1j, "real numbers, not complex128", id="complex"),
        pytest.param(np.full((600, 1), None), "Object arrays cannot be loaded", id="object"),
        pytest.param(np.full((600, 1), "z"), "real numbers, not <U1", id="text"),
        pytest.param(np.zeros((2, 2, 300, 2)), "not (2, 2, 300, 2)", id="shape"),
        pytest.param(np.zeros((600, 0)), "do not hold two pairs", id="no_columns"),
        pytest.param(np.random.default_rng(0).standard_normal((500, 1, 2)), "do not hold two pairs", id="no_pairs"),
        pytest.param(1 + 1e-15 * np.arange(600)[:, None], "column 0 is constant", id="round_off"),
        pytest.param(np.random.default_rng(0).standard_normal((600, 1)) * 1e200, "scale them down", id="overflow"),
        pytest.param(np.arange(600)[:, None] % 2, "does not vary enough", id="two_values"),
    ],
)
def test_a_bad_record_is_named_in_one_line(command, tmp_path, record, message):
    np.save(tmp_path / "r.npy", record, allow_pickle=record.dtype == object)
    code, out, err = command("world", "r.npy")
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("mine = 3", "is a int, not a world", id="number"),
        pytest.param("mine = GaussianWorld", "is the class GaussianWorld, not a world", id="class"),
        pytest.param("mine = lambda: GaussianWorld(rho=0.5)", "is a function, not a world", id="function"),
        pytest.param("raise SystemExit(3)", "cannot load {}:mine as MODULE:OBJECT: SystemExit: 3", id="exit"),
    ],
)
def test_an_object_that_is_no_world_is_named(command, tmp_path, request, line, message):
    module = f"module_{request.node.callspec.id}"
    (tmp_path / f"{module}.py").write_text(f"from proofs_numeric.worlds.gaussian import GaussianWorld\n{line}\n")
    code, out, err = command("world", f"{module}:mine")
    assert (code, out) == (2, "")
    assert message.format(module) in err
    assert err.count("\n") == 1
