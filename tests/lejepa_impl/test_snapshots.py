"""A run goes on exactly where it stopped."""

import pytest
import torch
from torch.nn.utils import parameters_to_vector

from lejepa_impl.train.ensemble import train_ensemble
from lejepa_impl.train.loop import TrainingError, train
from lejepa_impl.train.snapshot import Snapshots
from lejepa_impl.train.spec import TrainingSpec

SETTINGS = {
    "hidden": 16,
    "depth": 3,
    "slices": 8,
    "batch": 32,
    "mixing": "identity",
    "regularizer_weight": 0.1,
    "device": "cpu",
}


class StoppedError(Exception):
    pass


def stop(at):
    def on_step(step, _objective):
        if step == at:
            raise StoppedError

    return on_step


def weights(trained):
    return [
        None if isinstance(item, TrainingError) else parameters_to_vector(item.encoder.parameters()) for item in trained
    ]


@pytest.mark.parametrize(
    "changed",
    [{}, {"regularizer": "whitening", "warm_up": 110}, {"mixing": "coupling", "encoder": "matched", "depth": 4}],
    ids=["sigreg", "whitening", "matched"],
)
def test_a_run_goes_on_exactly(changed, tmp_path):
    spec = TrainingSpec.model_validate(SETTINGS | {"steps": 130, "weight_decay": 0.01} | changed)
    with pytest.raises(StoppedError):
        train(spec, stop(at=100), Snapshots(tmp_path / "state", "a", seconds=0))
    snapshots = Snapshots(tmp_path / "state", "a", seconds=0)
    resumed, once = train(spec, snapshots=snapshots), train(spec)
    assert snapshots.resumed_at == 99
    assert torch.equal(*weights([resumed, once]))


def test_an_ensemble_goes_on_exactly_with_its_failed_member(tmp_path):
    spec = TrainingSpec.model_validate(SETTINGS | {"steps": 130})
    specs = [spec.model_copy(update=changed) for changed in ({}, {"learning_rate": 1e30}, {"seed": 1, "rho": 0.5})]
    with pytest.raises(StoppedError):
        train_ensemble(specs, stop(at=100), Snapshots(tmp_path / "state", "a", seconds=0))
    snapshots = Snapshots(tmp_path / "state", "a", seconds=0)
    resumed, once = train_ensemble(specs, snapshots=snapshots), train_ensemble(specs)
    assert snapshots.resumed_at == 99
    assert str(resumed[1]) == str(once[1]) == "the objective is nan at step 50: lower the learning rate 1e+30"
    for a, b in zip(weights(resumed), weights(once), strict=True):
        assert (a is None and b is None) or torch.equal(a, b)


@pytest.mark.parametrize("damage", ["cut", "empty", "bit", "another run"])
def test_a_state_of_no_use_is_not_taken_up(damage, tmp_path):
    spec, path = TrainingSpec.model_validate(SETTINGS | {"steps": 60}), tmp_path / "state"
    train(spec, snapshots=Snapshots(path, "another" if damage == "another run" else "a", seconds=0))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= damage == "bit"
    path.write_bytes(content[: {"cut": -100, "empty": 0}.get(damage)])
    snapshots = Snapshots(path, "a", seconds=0)
    resumed, once = train(spec, snapshots=snapshots), train(spec)
    assert snapshots.resumed_at == 0
    assert torch.equal(*weights([resumed, once]))
