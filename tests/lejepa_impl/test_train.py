"""Training: reproducible, honest about failure, and checkpoints that are whole or refused."""

import json
import math
import os
import signal
import struct
import subprocess
import sys

import pytest
import safetensors.torch
import torch
from pydantic import ValidationError
from torch import Generator, nn

from lejepa_impl import files
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.train import loop
from lejepa_impl.train.checkpoint import SCHEMA, Checkpoint, CheckpointError, load, save
from lejepa_impl.train.loop import TrainingError, evaluate, train
from lejepa_impl.train.schedule import constant_then_cosine
from lejepa_impl.train.spec import TrainingSpec

TINY = TrainingSpec(hidden=16, depth=2, slices=8, steps=30, batch=32, mixing="identity", device="cpu")


def test_two_runs_of_one_specification_are_equal():
    first, second, other = (train(TINY.model_copy(update={"seed": seed})).encoder.state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert not all(torch.equal(first[key], other[key]) for key in first)


def test_training_lowers_the_objective_and_leaves_the_global_state_alone():
    state = torch.get_rng_state()
    seen = []
    train(TINY.model_copy(update={"steps": 300}), lambda step, loss: seen.append((step, loss)))
    assert [step for step, _ in seen] == [50, 100, 150, 200, 250, 300]
    assert seen[-1][1] < seen[0][1]
    assert torch.equal(torch.get_rng_state(), state)


def test_a_linear_encoder_learns_the_identity_world():
    spec = TrainingSpec(mixing="identity", hidden=1, depth=1, slices=16, steps=600, learning_rate=1e-2, device="cpu")
    recovery = evaluate(train(spec))
    assert recovery.r2_embedding_to_latent > 0.999
    assert recovery.normalized_orthogonality_error < 0.5


def test_a_run_that_diverges_says_what_to_change():
    with pytest.raises(TrainingError, match=r"objective is (nan|inf) at step \d+: lower the learning rate 1e\+30"):
        train(TINY.model_copy(update={"learning_rate": 1e30, "steps": 200}))


def test_a_run_that_collapses_says_what_to_change():
    spec = TINY.model_copy(update={"regularizer_weight": 1e-12, "steps": 2000, "learning_rate": 1e-2})
    with pytest.raises(TrainingError, match=r"collapsed to a variance of .*: raise the weight of the regularizer"):
        train(spec)


def _fit_nothing(weight, learning_rate=1e-9):
    """Take one negligible step from a linear encoder of these weights, on pairs of standard Gaussians."""
    encoder = nn.Linear(2, len(weight), bias=False)
    encoder.weight.data = torch.tensor(weight)
    loop.fit(
        encoder,
        lambda count, generator: torch.randn(2 * count, 2, generator=generator),
        lambda first, second, _: (first - second).square().mean(),
        Generator().manual_seed(0),
        steps=1,
        batch=2,
        learning_rate=learning_rate,
    )


@pytest.mark.parametrize("weight", [[[1.0, 0.0], [0.0, 1e-3]], [[1.0, 0.0], [1.0, 1e-2]], [[1e-2, 0.0]]], ids=str)
def test_the_collapse_of_one_direction_is_noticed(weight):
    with pytest.raises(TrainingError, match="along a direction"):
        _fit_nothing(weight)


@pytest.mark.parametrize("weight", [[[1.0, 0.0], [0.0, 0.1]], [[1.0, 0.0], [1.0, 0.2]], [[1.0, 0.0]]], ids=str)
def test_an_embedding_that_spreads_in_all_directions_has_not_collapsed(weight):
    _fit_nothing(weight)


def test_a_last_step_that_diverges_is_noticed():
    with pytest.raises(TrainingError, match=r"not finite after step 1: lower the learning rate 1e\+38"):
        _fit_nothing([[1.0, 0.0], [0.0, 1.0]], learning_rate=1e38)


def test_an_encoder_that_overflows_on_new_pairs_is_not_evaluated():
    checkpoint = train(TINY)
    with torch.no_grad():
        checkpoint.encoder[0].weight.fill_(1e38)
    with pytest.raises(TrainingError, match=r"the embedding is not finite: lower the learning rate 0\.003"):
        evaluate(checkpoint)


def test_the_defaults_are_the_experiment_of_the_paper():
    # W, Appendix H: two-dimensional experiments. The seed and the device are nobody's constants.
    paper = {
        "dim": 2,
        "rho": 0.95,
        "mixing": "spiral",
        "hidden": 256,
        "depth": 4,
        "regularizer": "sigreg",
        "regularizer_weight": 1e-3,
        "slices": 256,
        "knots": 17,
        "t_max": 3.0,
        "steps": 20_000,
        "batch": 256,
        "learning_rate": 3e-3,
        "weight_decay": 0.0,
        "warm_up": 0,
        "last_layer": "trained",
    }
    assert TrainingSpec().model_dump(include=set(paper)) == paper
    assert SIGReg() == SIGReg(slices=256, knots=17, t_max=3.0)


@pytest.mark.parametrize("rho", [0.5, -0.6, 0.95])
def test_an_encoder_is_evaluated_at_the_correlation_of_its_world(rho):
    encoder = nn.Linear(2, 2, bias=False)
    encoder.weight.data = torch.eye(2)
    spec = TINY.model_copy(update={"rho": rho})
    recovery = evaluate(Checkpoint(spec, encoder))
    # The loss of the identity is 2 (1 - rho) n, with standard error 2 (1 - rho) sqrt(2 n / N); 6.11 of them are
    # exceeded with probability 1e-9.
    standard_error = 2 * (1 - rho) * math.sqrt(2 * 2 / recovery.points)
    assert abs(recovery.alignment_loss - 2 * (1 - rho) * 2) < 6.11 * standard_error
    assert abs(recovery.excess) < 6.11 * recovery.excess_standard_error


def test_cuda_is_refused_where_there_is_none(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert loop.resolve_device("auto").type == "cpu"
    with pytest.raises(TrainingError, match="device cuda is not available here"):
        loop.resolve_device("cuda")


@pytest.mark.parametrize(("step", "factor"), [(0, 1), (49, 1), (50, 1), (75, 0.5), (100, 0)])
def test_the_schedule_is_constant_then_a_cosine(step, factor):
    assert constant_then_cosine(step, 100) == pytest.approx(factor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rho": 0.0},
        {"rho": 1.0},
        {"dim": 0},
        {"mixing": "banana split"},
        {"mixing": "spiral", "dim": 3},
        {"regularizer_weight": 1.0},
        {"batch": 1},
        {"hidden": 999_999_999},
        {"t_max": math.inf},
        {"learning_rate": math.inf},
        {"steps": 0},
        {"learning_rate": -1.0},
        {"device": "tpu"},
        {"regularizer": "hope"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_specification_out_of_range_is_refused(wrong):
    with pytest.raises(ValidationError):
        TrainingSpec.model_validate(wrong)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "folder" / "encoder.safetensors"
    save(path, train(TINY))
    return path


def test_a_checkpoint_gives_the_encoder_back(saved):
    trained, loaded = train(TINY), load(saved)
    assert loaded.spec == TINY
    assert all(parameter.requires_grad for parameter in loaded.encoder.parameters())
    latent = torch.ones(3, 2)
    assert torch.equal(loaded.encoder(latent), trained.encoder(latent))
    assert not loaded.encoder.training
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def _rewrite_header(path, change):
    content = path.read_bytes()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + size])
    change(header)
    encoded = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(encoded)) + encoded + content[8 + size :])


def _other_schema(header):
    header["__metadata__"]["schema"] = "somebody-else/1"


def _other_architecture(header):
    spec = json.loads(header["__metadata__"]["spec"])
    header["__metadata__"]["spec"] = json.dumps(spec | {"hidden": 17})


def _too_wide(header):
    spec = json.loads(header["__metadata__"]["spec"])
    header["__metadata__"]["spec"] = json.dumps(spec | {"hidden": 10**9})


def _wide(header):
    # These weights would take a terabyte.
    spec = json.loads(header["__metadata__"]["spec"])
    header["__metadata__"]["spec"] = json.dumps(spec | {"hidden": 16_384, "depth": 64})


def _no_spec(header):
    del header["__metadata__"]["spec"]


def _no_schema(header):
    del header["__metadata__"]


def _as_integers(path):
    tensors = {name: value.int() for name, value in load(path).encoder.state_dict().items()}
    metadata = {"schema": SCHEMA, "spec": TINY.model_dump_json()}
    safetensors.torch.save_file(tensors, path, metadata=metadata)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-10]), r"truncated or not a checkpoint .*: train it again"),
        (lambda path: path.write_bytes(b""), "truncated or not a checkpoint"),
        (lambda path: path.write_bytes(b"not a checkpoint at all"), "truncated or not a checkpoint"),
        (lambda path: path.unlink(), "no such checkpoint"),
        (lambda path: _rewrite_header(path, _other_schema), f"'somebody-else/1', this version reads '{SCHEMA}'"),
        (
            lambda path: _rewrite_header(path, _other_architecture),
            r"\(0.bias should be torch.float32 \(17,\), is torch.float32 \(16,\)\): train it again",
        ),
        (lambda path: _rewrite_header(path, _wide), r"should be torch.float32 \(16384,\).*: train it again"),
        (lambda path: _rewrite_header(path, _too_wide), r"\(--hidden 1000000000: .*\): train it again"),
        (lambda path: _rewrite_header(path, _no_spec), r"no valid specification \(Invalid JSON.*\): train it again"),
        (lambda path: _rewrite_header(path, _no_schema), "was not written by lejepa-companion: give a checkpoint"),
        (_as_integers, r"should be torch.float32 \(16,\), is torch.int32 \(16,\)\): train it again"),
    ],
    ids=[
        "truncated",
        "empty",
        "text",
        "missing",
        "schema",
        "architecture",
        "wide",
        "too wide",
        "no specification",
        "no schema",
        "integers",
    ],
)
def test_a_damaged_checkpoint_is_refused_in_one_line(saved, damage, message):
    damage(saved)
    with pytest.raises(CheckpointError, match=message) as caught:
        load(saved)
    assert "\n" not in str(caught.value)
    assert str(saved) in str(caught.value)


def test_a_write_that_is_interrupted_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    files.write_atomically(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed_by_the_next_one(tmp_path):
    path = tmp_path / "file[1]"
    killed = (
        "import os, pathlib, signal, sys; from lejepa_impl import files\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write_atomically(pathlib.Path(sys.argv[1]), b'new')"
    )
    files.write_atomically(path, b"old")
    assert subprocess.run([sys.executable, "-c", killed, str(path)]).returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    files.write_atomically(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [path]


def test_finding_out_whether_a_file_can_be_written_leaves_no_trace(tmp_path):
    (tmp_path / "there").mkdir()
    for path in (tmp_path / "there" / "file", tmp_path / "not" / "there" / "file"):
        files.require_writable(path)
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]
