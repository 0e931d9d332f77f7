"""The command line: what it prints, what it writes, and how it ends."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from lejepa_impl.experiments.run import Job
from lejepa_impl.report.run import full_ledger
from theory.claim import Evidence, Finding, Kind
from theory.ledger import Ledger


@pytest.fixture
def small_ledger(monkeypatch):
    full = full_ledger()

    def use(passed):
        check = Evidence("degree_penalty", Kind.SMT, "planted", lambda _: Finding(passed), "powers")
        monkeypatch.setattr(
            "lejepa_impl.report.run.full_ledger", lambda: Ledger([full.claims["degree_penalty"]], [check])
        )

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
        "cli.train.evaluate = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
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

    monkeypatch.setattr("lejepa_impl.cli.sweep.sweep", sweep)
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


def test_a_sweep_into_a_log_tells_of_its_progress_in_lines(command, monkeypatch):
    def sweep(experiment, _, *, on_progress, **options):
        for job in Job.of(experiment, options["together"]):
            on_progress(job, job.specs[0].steps)
        return Counter(finished=16)

    monkeypatch.setattr("lejepa_impl.cli.sweep.sweep", sweep)
    monkeypatch.setattr("lejepa_impl.cli.console.LINE_EVERY", 0)
    code, _, err = command("sweep", "two_dimensional_small")
    assert code == 0
    lines = [line for line in err.splitlines() if " steps " in line]
    done, total = (int(number) for number in re.search(r"(\d+)/(\d+) steps", lines[-1]).groups())
    assert done == total > 0
    assert len(lines) > 1


def test_a_sweep_of_which_every_run_failed_exits_with_1(command, monkeypatch):
    monkeypatch.setattr("lejepa_impl.cli.sweep.sweep", lambda *_, **__: Counter(failed=16))
    code, out, _ = command("sweep", "two_dimensional_small")
    assert code == 1
    assert "0 runs finished, 16 failed" in out


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


def test_training_that_is_interrupted_says_so_in_a_line(command, monkeypatch):
    def train(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("lejepa_impl.cli.train.train", train)
    code, out, err = command("train")
    assert (code, out) == (130, "")
    assert err.strip() == "lejepa-companion: interrupted; nothing is saved"


def test_a_full_disk_is_named_with_what_to_do(command, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    tiny = ["--mixing", "identity", "--steps", 50, "--hidden", 8, "--depth", 1, "--device", "cpu"]
    code, _, err = command("train", *tiny, "--out", "some/encoder")
    assert code == 2
    assert "cannot write some/encoder: No space left on device; make room there or choose another path by --out" in err
    assert list(Path("some").iterdir()) == []
