"""Ensembles: each member is the run it would be by itself, and its failure stays its own."""

import math

import pytest
import torch
from torch import Generator
from torch.nn.utils import parameters_to_vector

from lejepa_impl.objectives.barlow_twins import BarlowTwins
from lejepa_impl.objectives.infonce import InfoNCE
from lejepa_impl.objectives.lejepa import LeJEPA, but_for_the_weight
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.regularizers.vicreg import VICReg
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.checkpoint import Checkpoint, build_encoder
from lejepa_impl.train.ensemble import SHARED, train_ensemble
from lejepa_impl.train.loop import TrainingError, train
from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.train.stacked_objective import StackedObjective

TINY = TrainingSpec(hidden=16, depth=3, slices=8, steps=60, batch=32, regularizer_weight=0.1, device="cpu")
MEMBERS = {
    "plain": {},
    "seed": {"seed": 1},
    "rho": {"rho": -0.5},
    "weight": {"regularizer_weight": 0.3},
    "rate": {"learning_rate": 1e-2, "weight_decay": 0.1},
    "slices": {"slices": 5, "knots": 9},
    "whitening": {"regularizer": "whitening", "regularizer_weight": 0.3},
    "solved": {"last_layer": "solved"},
    "mean_over_views": {"pooled": False, "around_pair_mean": False, "convex": False},
    "vicreg": {"regularizer": "vicreg", "regularizer_weight": 0.3},
    "infonce": {"objective": "infonce"},
    "barlow_twins": {"objective": "barlow_twins", "off_diagonal": 0.5},
    "channel": {"world": "channel", "shape": 1.0},
    "one parent": {"pairs": "one_parent"},
    "sinusoid": {"mixing": "sinusoid"},
    "coupling": {"mixing": "coupling"},
    "another coupling": {"mixing": "coupling", "seed": 1},
}


def member(**settings):
    return TINY.model_copy(update=settings)


def vector(checkpoint):
    return parameters_to_vector(checkpoint.encoder.parameters())


@pytest.fixture(scope="module")
def together():
    return dict(zip(MEMBERS, train_ensemble([member(**settings) for settings in MEMBERS.values()]), strict=True))


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_is_the_run_of_its_own(name, together):
    alone = train(member(**MEMBERS[name]))
    assert together[name].spec == alone.spec
    # Some do not see a shift: the last bias, which ends the vector, follows nothing but rounding.
    seen = -TINY.dim if name in ("vicreg", "infonce", "barlow_twins") else None
    # Rounding differs between batched and single products, and 60 steps amplify it.
    torch.testing.assert_close(vector(together[name])[:seen], vector(alone)[:seen], rtol=1e-3, atol=1e-4)


def test_members_differ(together):
    vectors = [vector(checkpoint) for checkpoint in together.values()]
    assert not any(torch.allclose(a, b, rtol=1e-3, atol=1e-4) for i, a in enumerate(vectors) for b in vectors[:i])


def test_a_member_that_diverges_is_reported_and_the_others_go_on(together):
    seen = []
    diverging = member(learning_rate=1e30)
    first, failed, last = train_ensemble(
        [TINY, diverging, member(seed=1)], lambda step, values: seen.append((step, values))
    )
    assert isinstance(failed, TrainingError)
    assert "lower the learning rate 1e+30" in str(failed)
    with pytest.raises(TrainingError) as alone:
        train(diverging)
    assert str(failed) == str(alone.value)
    torch.testing.assert_close(vector(first), vector(together["plain"]), rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(vector(last), vector(together["seed"]), rtol=1e-3, atol=1e-4)
    assert [step for step, _ in seen] == [50, 60]
    assert all(math.isfinite(a) and math.isnan(b) and math.isfinite(c) for _, (a, b, c) in seen)


def test_a_nan_does_not_leave_its_member_for_those_that_share_its_kernel_and_its_optimizer(together, monkeypatch):
    def build_poisoned(spec, generator):
        encoder = build_encoder(spec, generator)
        if spec.seed == 7:
            torch.nn.init.constant_(encoder[0].weight, math.nan)
        return encoder

    monkeypatch.setattr("lejepa_impl.train.ensemble.build_encoder", build_poisoned)
    first, poisoned, solved, last = train_ensemble([TINY, member(seed=7), member(last_layer="solved"), member(seed=1)])
    assert "the objective is nan at step 50" in str(poisoned)
    for result, name in ((first, "plain"), (solved, "solved"), (last, "seed")):
        torch.testing.assert_close(vector(result), vector(together[name]), rtol=1e-3, atol=1e-4)


def test_a_member_that_collapses_is_reported():
    spec = member(depth=2, mixing="identity", regularizer_weight=1e-12, steps=600, learning_rate=1e-2)
    collapsed, kept = train_ensemble([spec, spec.model_copy(update={"regularizer_weight": 0.1})])
    assert isinstance(collapsed, TrainingError)
    assert "collapsed" in str(collapsed)
    assert isinstance(kept, Checkpoint)


def test_an_ensemble_of_one_is_a_run():
    (checkpoint,) = train_ensemble([TINY])
    torch.testing.assert_close(vector(checkpoint), vector(train(TINY)), rtol=1e-3, atol=1e-4)


def test_the_global_random_state_is_left_alone():
    state = torch.get_rng_state()
    train_ensemble([member(steps=2)])
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("name", SHARED)
def test_what_must_be_shared_is_checked(name):
    other = {"dim": 3, "encoder": "matched", "device": "auto"}.get(name, 7)
    specs = [member(mixing="identity"), member(mixing="identity").model_copy(update={name: other})]
    with pytest.raises(ValueError, match=f"must share {name}, not have"):
        train_ensemble(specs)


def test_matched_encoders_are_refused():
    with pytest.raises(ValueError, match="train the encoder matched by itself"):
        train_ensemble([member(mixing="coupling", encoder="matched")] * 2)


def test_an_empty_ensemble_is_refused():
    with pytest.raises(ValueError, match="at least 1 specification"):
        train_ensemble([])


KINDS = {
    "sigreg": LeJEPA(SIGReg(slices=5), 0.1),
    "weight": LeJEPA(SIGReg(slices=5), 0.3),
    "slices": LeJEPA(SIGReg(slices=6), 0.1),
    "not_convex": LeJEPA(SIGReg(slices=5), 0.1, convex=False),
    "weight_not_convex": LeJEPA(SIGReg(slices=5), 3.0, convex=False),
    "not_pooled": LeJEPA(SIGReg(slices=5), 0.1, pooled=False),
    "whitening": LeJEPA(Whitening(), 0.1),
    "vicreg": LeJEPA(VICReg(), 0.1),
    "infonce": InfoNCE(),
    "barlow_twins": BarlowTwins(),
}


@pytest.mark.parametrize(
    "names", [["sigreg", "weight"], ["not_convex", "weight_not_convex"], [*KINDS], ["whitening"]], ids="-".join
)
def test_objectives_taken_at_once_are_those_taken_one_by_one(names):
    objectives = [KINDS[name] for name in names]
    count = len(objectives)
    embeddings = torch.randn(count, 32, 4, generator=Generator().manual_seed(0), dtype=torch.float64)
    ours, theirs = (embeddings.clone().requires_grad_() for _ in range(2))
    sources = [[Generator().manual_seed(seed) for seed in range(count)] for _ in range(2)]
    at_once = StackedObjective(objectives, sources[0], range(count), embeddings)(ours)
    pairs = (member.chunk(2) for member in theirs)
    one_by_one = torch.stack(
        [of(*pair, source) for of, pair, source in zip(objectives, pairs, sources[1], strict=True)]
    )
    torch.testing.assert_close(at_once, one_by_one)
    weights = torch.arange(1.0, 1 + count, dtype=torch.float64)
    (weights @ at_once).backward()
    (weights @ one_by_one).backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_objectives_that_differ_in_the_weight_alone_are_taken_at_once():
    kind = but_for_the_weight(KINDS["sigreg"])
    assert kind is not None
    assert [name for name, other in KINDS.items() if but_for_the_weight(other) == kind] == ["sigreg", "weight"]
    assert but_for_the_weight(KINDS["not_convex"]) == but_for_the_weight(KINDS["weight_not_convex"])
    assert all(but_for_the_weight(KINDS[name]) is None for name in ("not_pooled", "whitening", "vicreg", "infonce"))
