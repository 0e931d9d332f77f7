"""Training: reproducible, and honest about failure."""

import itertools
import math
import re

import pytest
import torch
from pydantic import ValidationError
from torch import Generator, nn
from torch.nn.utils import parameters_to_vector

from lejepa_impl.encoders import MLP
from lejepa_impl.objectives.lejepa import LeJEPA
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.train import loop
from lejepa_impl.train.checkpoint import Checkpoint
from lejepa_impl.train.loop import TrainingError, evaluate, train
from lejepa_impl.train.schedule import constant_then_cosine
from lejepa_impl.train.spec import TrainingSpec, invalid
from lejepa_impl.train.world import mixing_of, pairs_of, world_of
from lejepa_impl.worlds.distributions import GeneralisedNormal
from lejepa_impl.worlds.mixings import coupling, spiral, twice_orthogonal
from lejepa_impl.worlds.smooth import HyperbolicWorld

TINY = TrainingSpec(hidden=16, depth=2, slices=8, steps=30, batch=32, mixing="identity", device="cpu")
MATCHED = {"mixing": "coupling", "encoder": "matched", "depth": 4}
MATCHED_SPEC = TrainingSpec.model_validate(
    MATCHED | {"dim": 4, "steps": 400, "learning_rate": 0.2, "batch": 128, "slices": 16, "device": "cpu"}
)


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
        {"world": "flat"},
        {"shape": 0.0},
        {"shape": math.nan},
        {"pairs": "three"},
        {"mixing_layers": 0},
        {"encoder": "oracle"},
        {"regularizer": "hope"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_specification_out_of_range_is_refused(wrong):
    with pytest.raises(ValidationError):
        TrainingSpec.model_validate(wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mixing": "banana", "dim": 4}, "mixing banana: this mixing has 2 latents, not 4"),
        ({"mixing": "coupling", "dim": 5}, "mixing coupling: it halves the latents, whose number 5 must be even"),
        ({"encoder": "matched"}, "encoder matched: it inverts the mixing coupling, not spiral"),
        (MATCHED | {"mixing_layers": 8}, "encoder matched: its depth 4 must be that of the mixing, 8"),
        (MATCHED | {"last_layer": "solved"}, "encoder matched: it has no linear last layer to be solved"),
        ({"shape": 1.0}, "world gaussian: its shape is 2, not 1"),
        ({"world": "autoregression"}, "world autoregression: its shape is 1, the Laplace law, not 2"),
        ({"world": "autoregression", "shape": 1.0, "rho": -0.5}, r"autoregression: rho -0.5 must be in \(0, 1\)"),
        ({"world": "diffusion", "shape": 1.0}, "world diffusion: it has no slowest mode at shape 1, only above 1"),
        ({"world": "diffusion", "rho": -0.5}, r"world diffusion: rho -0.5 must be in \(0, 1\)"),
        ({"world": "diffusion", "pairs": "one_parent"}, "pairs one_parent: there are none in the world diffusion"),
        ({"world": "hyperbolic", "pairs": "one_parent"}, "pairs one_parent: there are none in the world hyperbolic"),
    ],
    ids=str,
)
def test_settings_that_contradict_each_other_are_refused_in_one_line(wrong, message):
    with pytest.raises(ValidationError) as caught:
        TrainingSpec.model_validate(wrong)
    assert re.search(message, invalid(caught.value))
    assert "\n" not in invalid(caught.value)


def test_all_contradictions_are_listed_at_once():
    wrong = {"mixing": "coupling", "dim": 3, "world": "diffusion", "shape": 0.5, "rho": -0.5, "regularizer_weight": 2}
    with pytest.raises(ValidationError) as caught:
        TrainingSpec.model_validate(wrong)
    assert invalid(caught.value).count("; ") == 3


def test_the_default_run_is_the_plain_loop_of_its_streams():
    spec = TINY.model_copy(update={"mixing": "spiral", "seed": 3})
    weights, data = (Generator().manual_seed(2 * 3 + stream) for stream in (0, 1))
    encoder = MLP(2, 2, hidden=16, depth=2, generator=weights)
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=spec.learning_rate, weight_decay=0.0)
    for step in range(spec.steps):
        latent = torch.randn(spec.batch, 2, generator=data)
        successor = spec.rho * latent + (1 - spec.rho**2) ** 0.5 * torch.randn(spec.batch, 2, generator=data)
        first, second = encoder(spiral().observe(torch.cat([latent, successor]))).chunk(2)
        optimizer.param_groups[0]["lr"] = spec.learning_rate * constant_then_cosine(step, spec.steps)
        optimizer.zero_grad()
        LeJEPA(SIGReg(slices=8), 1e-3)(first, second, data).backward()
        optimizer.step()
    expected = encoder.state_dict()
    for name, value in train(spec).encoder.state_dict().items():
        torch.testing.assert_close(value, expected[name], atol=1e-5, rtol=1e-4)


WORLDS = {
    "gaussian": ({}, 3.0),
    "channel": ({"world": "channel", "shape": 4.0}, GeneralisedNormal(4.0).kurtosis),
    "diffusion": ({"world": "diffusion", "shape": 4.0}, GeneralisedNormal(4.0).kurtosis),
    "autoregression": ({"world": "autoregression", "shape": 1.0}, 6.0),
    # With k = 2 the drift is uniform and the noise logistic.
    "hyperbolic": ({"world": "hyperbolic", "shape": 2.0}, HyperbolicWorld(1, 0.95, 2.0).kurtosis),
}


@pytest.mark.parametrize("name", WORLDS)
def test_an_encoder_is_trained_and_evaluated_in_its_world(name):
    settings, kurtosis = WORLDS[name]
    spec = TrainingSpec.model_validate(TINY.model_dump() | settings)
    squares = Squares()
    # The variance of a square is the kurtosis less 1; 12 standard errors of the heaviest tails here are 0.35 of it.
    variance = evaluate(Checkpoint(spec, squares), points=100_000).total_variance / 2
    assert variance == pytest.approx(kurtosis - 1, rel=0.35 if name == "autoregression" else 0.1)
    trained, other = (
        vector(train(TrainingSpec.model_validate(TINY.model_dump() | s))) for s in (settings, {"seed": 1})
    )
    assert trained.isfinite().all()
    assert not torch.equal(trained, other)


class Squares(nn.Module):
    """Squares of what is observed; the parameter says on which device."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, observed):
        return self.scale * observed**2


def vector(checkpoint):
    return parameters_to_vector(checkpoint.encoder.parameters())


@pytest.mark.parametrize("mixing", ["banana", "sinusoid", "coupling"])
def test_an_encoder_that_inverts_the_mixing_recovers_the_latents(mixing):
    spec = TINY.model_copy(update={"mixing": mixing, "seed": 5})

    class Inverse(Squares):
        def forward(self, observed):
            return mixing_of(spec).invert(observed)

    recovery = evaluate(Checkpoint(spec, Inverse()))
    assert recovery.r2_embedding_to_latent == pytest.approx(1, abs=1e-6)
    assert evaluate(Checkpoint(spec.model_copy(update={"seed": 6}), Inverse())).r2_embedding_to_latent < (
        0.99 if mixing == "coupling" else 2
    )


def test_pairs_of_one_parent_are_trained_on_and_transitions_evaluated():
    spec = TINY.model_copy(update={"pairs": "one_parent", "rho": 0.6})
    first, second = pairs_of(spec, world_of(spec))(100_000, Generator().manual_seed(0))
    # Products of standard Gaussians of correlation r have the variance 1 + r^2; false-alarm probability 1e-9.
    assert abs((first * second).mean() - 0.36) < 6.11 * ((1 + 0.36**2) / first.numel()) ** 0.5
    assert spec.pair_correlation == pytest.approx(0.36)
    encoder = nn.Linear(2, 2, bias=False)
    encoder.weight.data = torch.eye(2)
    recovery = evaluate(Checkpoint(spec, encoder))
    assert abs(recovery.excess) < 6.11 * recovery.excess_standard_error
    assert not torch.equal(vector(train(spec)), vector(train(spec.model_copy(update={"pairs": "transition"}))))


def test_a_drawn_mixing_is_that_of_its_seed_and_of_no_other_stream():
    specs = [TrainingSpec(dim=8, mixing="coupling", seed=seed) for seed in (0, 1, 2, 2**62 - 1)]
    latent = torch.ones(1, 8)
    observed = [mixing_of(spec).observe(latent) for spec in (*specs, specs[0])]
    assert torch.equal(observed[0], observed[-1])
    assert not any(torch.equal(a, b) for a, b in itertools.combinations(observed[:-1], 2))
    for spec in specs:
        for source in loop.streams(spec, torch.device("cpu")):
            drawn = twice_orthogonal(4, 4, source)
            assert not torch.equal(coupling(drawn).observe(latent), mixing_of(spec).observe(latent))


@pytest.mark.parametrize("regularizer", ["sigreg", "whitening"])
def test_a_matched_encoder_recovers_the_latents_of_a_coupling(regularizer):
    spec = MATCHED_SPEC.model_copy(update={"regularizer": regularizer, "centred": False, "mean_over_entries": True})
    spec = spec.model_copy(update={"regularizer_weight": 1e-6 if regularizer == "sigreg" else 0.5})
    assert evaluate(train(spec)).r2_embedding_to_latent >= 0.999
