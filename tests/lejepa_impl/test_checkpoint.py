"""Checkpoints are whole or refused."""

import json
import struct

import pytest
import safetensors.torch
import torch
from torch.nn.utils import parameters_to_vector

from lejepa_impl.train.checkpoint import SCHEMA, CheckpointError, load, save
from lejepa_impl.train.loop import evaluate, train
from lejepa_impl.train.spec import TrainingSpec

TINY = TrainingSpec(hidden=16, depth=2, slices=8, steps=30, batch=32, mixing="identity", device="cpu")


def vector(checkpoint):
    return parameters_to_vector(checkpoint.encoder.parameters())


def test_a_checkpoint_of_a_matched_encoder_in_another_world_is_read_back(tmp_path):
    matched = {"mixing": "coupling", "encoder": "matched", "depth": 4, "dim": 6}
    settings = matched | {"world": "channel", "shape": 0.5, "pairs": "one_parent", "seed": 7}
    trained = train(TrainingSpec.model_validate(TINY.model_dump() | settings))
    save(tmp_path / "encoder", trained)
    loaded = load(tmp_path / "encoder")
    assert loaded.spec == trained.spec
    assert torch.equal(vector(loaded), vector(trained))
    again, expected = (evaluate(checkpoint).r2_latent_to_embedding for checkpoint in (loaded, trained))
    assert again == pytest.approx(expected, rel=1e-9)


def test_a_checkpoint_written_before_there_were_worlds_is_read(saved):
    new = {"world", "shape", "pairs", "mixing_layers", "encoder", "centred", "mean_over_entries"}
    _rewrite_header(saved, lambda header: _leave_out(header, new))
    assert load(saved).spec == TINY


def _leave_out(header, names):
    spec = json.loads(header["__metadata__"]["spec"])
    assert names < set(spec)
    header["__metadata__"]["spec"] = json.dumps({name: value for name, value in spec.items() if name not in names})


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
