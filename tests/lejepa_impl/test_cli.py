"""The command line: what it prints, what it writes, and how it ends."""

import json
import signal
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from lejepa_impl import cli
from lejepa_impl.experiments.run import Job
from lejepa_impl.report.run import full_ledger
from proofs_numeric.worlds.lattice import five_state_world
from theory.claim import Evidence, Finding, Kind
from theory.ledger import Ledger


@pytest.fixture
def small_ledger(monkeypatch):
    full = full_ledger()

    def use(passed):
        check = Evidence("degree_penalty", Kind.SMT, "planted", lambda _: Finding(passed), "powers")
        monkeypatch.setattr(cli, "full_ledger", lambda: Ledger([full.claims["degree_penalty"]], [check]))
        monkeypatch.setattr("lejepa_impl.report.run.full_ledger", cli.full_ledger)

    return use


def test_verify_writes_its_report_and_succeeds(command, small_ledger, tmp_path):
    small_ledger(True)
    code, out, _ = command("verify", "--jobs", 1)
    assert code == 0
    assert "every claim has its expected verdict" in out
    assert json.loads((tmp_path / "reports/verify.json").read_text())["passed"] is True
    assert (tmp_path / "reports/verify.html").read_text().startswith("<!DOCTYPE html>")
    assert {path.name for path in (tmp_path / "reports").iterdir()} == {"verify.json", "verify.html"}


def test_verify_fails_with_1_and_still_writes_its_report(command, small_ledger, tmp_path):
    small_ledger(False)
    code, out, _ = command("verify", "--jobs", 1, "--out", "elsewhere", "--json")
    assert code == 1
    assert json.loads(out)["passed"] is False
    assert json.loads((tmp_path / "elsewhere/verify.json").read_text()) == json.loads(out)


def test_claims_are_listed(command):
    code, out, _ = command("claims", "--json")
    assert code == 0
    assert [item["id"] for item in json.loads(out)] == list(full_ledger().claims)
    code, out, _ = command("claims")
    assert code == 0
    assert "rotation_at_the_floor" in out


@pytest.mark.parametrize("claim", ["negative_correlation", "degree_penalty.positive_correlation"])
def test_a_claim_is_explained_with_its_evidence_recomputed(command, claim):
    code, out, _ = command("explain", claim)
    assert code == 0
    assert full_ledger().claims[claim].title in out
    assert "evidence, recomputed" in out
    for item in full_ledger().evidence[claim].values():
        assert item.title.split()[0] in out


def test_brackets_of_a_statement_are_no_markup(command):
    _, out, _ = command("explain", "infonce_is_solved_by_many_latents")
    assert "E[ell]" in out


def test_train_and_spectrum(command, tmp_path):
    tiny = ["--mixing", "identity", "--steps", 200, "--hidden", 8, "--depth", 1, "--device", "cpu"]
    code, out, _ = command("train", *tiny, "--out", "some/encoder.safetensors")
    assert code == 0
    assert "R2(h->z)" in out
    assert [path.name for path in (tmp_path / "some").iterdir()] == ["encoder.safetensors"]
    code, out, _ = command("spectrum", "some/encoder.safetensors", "--samples", 256, "--json")
    assert code == 0
    assert len(json.loads(out)["degrees"]) == 7
    code, out, _ = command("spectrum", "some/encoder.safetensors", "--samples", 256)
    assert code == 0
    assert "degree" in out


def test_the_spectrum_of_an_encoder_of_another_world_is_refused(command):
    tiny = ["--mixing", "identity", "--steps", 50, "--hidden", 8, "--depth", 1, "--device", "cpu"]
    assert command("train", *tiny, "--world", "channel", "--shape", 4, "--out", "encoder.safetensors")[0] == 0
    code, _, err = command("spectrum", "encoder.safetensors")
    assert code == 2
    assert "was trained in the world channel" in err


def test_the_spectrum_of_somebodys_own_encoder(command, tmp_path):
    (tmp_path / "mine.py").write_text("def encoder(latent):\n    return latent**3\n")
    code, out, _ = command("spectrum", "mine:encoder", "--dim", 1, "--samples", 2048, "--json")
    assert code == 0
    measured = json.loads(out)
    # z^3 = He_3 + 3 He_1: variances 9 and 6.
    for degree, exact in ((1, 9), (3, 6), (2, 0)):
        assert measured["lower"][degree] <= exact + 1e-6
        assert measured["upper"][degree] >= exact - 1e-6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "negative_corelation"], "no claim 'negative_corelation': did you mean negative_correlation"),
        (["explain", "zzz"], "no claim 'zzz': see `lejepa-companion claims`"),
        (["train", "--rho", "0"], "--rho 0.0: must be in (-1, 1) and not 0"),
        (["train", "--rho", "1.5"], "--rho 1.5: must be in (-1, 1) and not 0"),
        (["train", "--dim", "0"], "--dim 0: Input should be greater than or equal to 1"),
        (["train", "--dim", "3"], "mixing spiral: this mixing has 2 latents, not 3"),
        (["train", "--mixing", "soup"], "--mixing soup: Input should be 'identity', 'spiral'"),
        (
            ["train", "--dim", "3", "--mixing", "coupling", "--world", "diffusion", "--shape", "0.5"],
            "mixing coupling: it halves the latents, whose number 3 must be even; world diffusion: it has no slowest",
        ),
        (["train", "--recipe", "magic"], "recipe 'magic' is unknown: use quick, fast, paper"),
        (["train", "--learning-rate", "1e30", "--steps", "100"], "lower the learning rate 1e+30"),
        (["train", "--learning-rate", "1e30", "--steps", "1"], "not finite after step 1: lower the learning rate"),
        (["train", "--t-max", "inf"], "--t-max inf: Input should be a finite number"),
        (["train", "--hidden", "999999999"], "--hidden 999999999: Input should be less than or equal to"),
        (["train", "--out", ""], "cannot write .: Is a directory; choose another path by --out"),
        (["train", "--out", "/proc/nowhere/x"], "cannot write /proc/nowhere: No such file or directory; choose"),
        (["verify", "--out", "/proc/nowhere"], "cannot write /proc/nowhere: No such file or directory; choose"),
        (["verify", "--jobs", "0"], "'--jobs': "),
        (["spectrum", "missing.safetensors"], "no such checkpoint: missing.safetensors"),
        (["spectrum", "math:sqrt"], "the number of latents of math:sqrt is not known: give it by --dim"),
        (["spectrum", "math:pi", "--dim", "1"], "math:pi is a float, not a callable on latents"),
        (["spectrum", "no_module:x", "--dim", "1"], "ModuleNotFoundError: No module named 'no_module'"),
        (["spectrum", ":x", "--dim", "1"], "cannot load :x as MODULE:OBJECT: ValueError: Empty module name"),
        (["spectrum", "torch:zeros_like", "--dim", "1", "--confidence", "2"], "confidence"),
        (["spectrum", "torch:tanh", "--dim", "1", "--seed", "9" * 23], f"seed={'9' * 23} must be"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_ends_with_2_and_one_clear_line(command, arguments, message):
    code, _, err = command(*arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err
    lines = [line for line in err.splitlines() if message in line]
    assert len(lines) == 1


def test_a_path_that_is_a_folder_is_refused_before_the_work(command, tmp_path):
    (tmp_path / "folder").mkdir()
    code, _, err = command("train", "--out", "folder")
    assert code == 2
    assert "cannot write folder: Is a directory; choose another path by --out" in err


def test_a_report_that_is_a_folder_is_named(command, small_ledger, tmp_path):
    small_ledger(True)
    (tmp_path / "reports/verify.json").mkdir(parents=True)
    code, _, err = command("verify", "--jobs", 1)
    assert code == 2
    assert "cannot write reports/verify.json: Is a directory" in err


def test_a_run_that_fails_leaves_no_folder(command, tmp_path):
    code, _, _ = command("train", "--steps", 1, "--hidden", 8, "--learning-rate", "1e30", "--device", "cpu")
    assert code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        ("def encoder(z): raise OSError('no\\nweights')", "(1536, 2) with OSError: no weights"),
        ("def encoder(z): return {}['layer']", "(1536, 2) with KeyError: 'layer'"),
        ("encoder = torch.nn.Linear(5, 2)", "(1536, 2) with RuntimeError: mat1 and mat2 shapes cannot be multiplied"),
        ("encoder = torch.nn.Module()", "with NotImplementedError: Module [Module] is missing"),
        ("def encoder(z): return z[:, :0]", "encoder returned (1536, 0) for 1536 latents"),
        ("def encoder(z) return z", "cannot load mine:encoder as MODULE:OBJECT: SyntaxError: "),
    ],
    ids=["OSError", "KeyError", "shape", "no forward", "no outputs", "syntax"],
)
def test_an_encoder_that_fails_is_told_in_one_line(command, tmp_path, monkeypatch, encoder, message):
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    (tmp_path / "mine.py").write_text(f"import torch\n{encoder}\n")
    code, _, err = command("spectrum", "mine:encoder", "--dim", 2, "--samples", 64)
    assert code == 2
    assert [message in line for line in err.splitlines() if line].count(True) == 1
    assert "Traceback" not in err


def test_a_killed_run_leaves_no_file(tmp_path):
    killed_in_evaluation = (
        "import os, signal; from lejepa_impl import cli\n"
        "cli.evaluate = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "cli.main()"
    )
    arguments = ["train", "--mixing", "identity", "--depth", "1", "--steps", "200", "--out"]
    out = str(tmp_path / "folder" / "encoder.safetensors")
    run = subprocess.run([sys.executable, "-c", killed_in_evaluation, *arguments, out])
    assert run.returncode == -signal.SIGKILL
    assert list(tmp_path.rglob("*")) == []


def test_a_sweep_counts_its_runs_and_says_where_they_are(command, monkeypatch):
    seen = {}

    def sweep(experiment, folder, *, on_progress, **options):
        seen.update(options, folder=str(folder), rho={run.attempts[0].rho for run in experiment.runs})
        (job, *_) = Job.of(experiment, options["together"])
        on_progress(job, 50)
        return Counter(finished=16, failed=1)

    monkeypatch.setattr(cli, "sweep", sweep)
    code, out, _ = command("sweep", "two_dimensional_small", "--set", "rho=0.5", "--workers", 3, "--together", 4)
    assert code == 0
    assert "16 runs finished, 1 failed; results/two_dimensional_small/results.parquet holds them." in " ".join(
        out.split()
    )
    assert seen == {
        "workers": 3,
        "scheduler": None,
        "together": 4,
        "seconds": 30,
        "rho": {0.5},
        "folder": "results/two_dimensional_small",
    }


def test_mistakes_in_an_experiment_are_listed(command, tmp_path):
    (tmp_path / "bad.yaml").write_text("name: bad\ntitle: x\nsource: x\nbase: {hiden: 3}\ncases: [{name: a, rho: 2}]\n")
    code, _, err = command("sweep", "bad.yaml")
    assert code == 2
    assert err.splitlines() == [
        "lejepa-companion: bad.yaml: mistakes: 2",
        "  cases[0].rho: must be in (-1, 1) and not 0",
        "  base.hiden: Extra inputs are not permitted",
    ]
    code, _, err = command("sweep", "grid", "--set", "rho")
    assert (code, err.strip()) == (2, "lejepa-companion: --set rho: give NAME=VALUE")


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
