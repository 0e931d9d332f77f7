r"""A world of four states, far from Gaussian, in which linear maps are the only optimum.

.. math:: z\in\{-3,-1,1,3\}, \quad z'=\mathrm{sign}(z)+\eta, \quad \eta=-2,0,2 \text{ with probabilities } a,\,1-2a,\,a,
          \quad 8a^2+3a=2

The latent is stationary, its noise is additive and independent, and its coordinates are independent, as Assumptions
(i)-(iii) ask. A function of $z'$ sees only the sign of $z$: the transition has rank one off the constants, which
settles the spectrum for every number of latents.

References
----------
W, Theorem 5.2.
"""

from collections import Counter
from functools import reduce
from math import comb

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from theory.claim import JSON, Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.claims.uniqueness import gaussian_of_reversible_linear_optimum
from theory.finite_world import JUMP, JUMP_FIELD, FiniteWorld, five_state_world, four_state_world, kronecker
from theory.notation import n, x
from theory.optimality import LAW_IS_GAUSSIAN, LINEAR_IS_OPTIMAL, of_finite_world

_a = sp.Symbol("a", real=True)
_linear, _trace, _norm = sp.symbols("lambda tau sigma", real=True)
_trace_of_rest, _norm_of_rest = sp.symbols("tau_1 sigma_1", real=True)
_other, _weight, _correlation = sp.symbols("mu omega e", real=True)

_is_jump = sp.And(_a > 0, _a < sp.Rational(1, 2), sp.Eq(8 * _a**2 + 3 * _a, 2))


_LAW = sp.Matrix([[_a, 1 - _a, 1 - _a, _a]]) / 2
_TRANSITION = sp.Matrix([[_a, 1 - 2 * _a, _a, 0]] * 2 + [[0, _a, 1 - 2 * _a, _a]] * 2)
_BACKWARD_OF_ONE = (1 + 2 * _a) * (1 - 3 * _a) / (1 - _a)
_BACKWARD_OF_THREE = 1 + 2 * _a
_KURTOSIS = (1 + 80 * _a) / (1 + 8 * _a) ** 2

STATIONARY = Step(
    "stationary",
    r"For every $0<a<\frac12$, $z'$ is one of the four states, and the law $\frac12(a,\,1-a,\,1-a,\,a)$ is stationary.",
    sp.Eq(sp.MatMul(_LAW, _TRANSITION), _LAW, evaluate=False),
    over={"a": "(0, 1/2)"},
)
REGRESSIONS = Step(
    "regressions",
    r"$r(z')=\mathbb{E}[z\mid z']$ is odd, with $r(1)=(1+2a)(1-3a)/(1-a)$ and $r(3)=1+2a$.",
    sp.Eq(sp.Matrix(sp.symbols("r(1) r(3)", real=True)), sp.Matrix([_BACKWARD_OF_ONE, _BACKWARD_OF_THREE])),
    over={"a": "(0, 1/2)"},
)
LINEAR = Step(
    "linear",
    r"If $8a^2+3a=2$, then $m(z)+r(z)=2\lambda z$ at $z=1$ and $z=3$, hence everywhere, with $\lambda=(1+a)/3$: "
    r"$Sz=\lambda z$.",
    sp.Implies(
        sp.And(_is_jump, sp.Eq(_linear, (1 + _a) / 3)),
        sp.And(sp.Eq(1 + _BACKWARD_OF_ONE, 2 * _linear), sp.Eq(1 + _BACKWARD_OF_THREE, 2 * _linear * 3)),
    ),
    decided_by=Kind.SMT,
    over={"a": "the root in (0, 1/2)"},
)
_OFF_DIAGONAL = sp.sqrt(_norm**2 - _trace**2) / 2


def _characteristic(eigenvalue: sp.Expr) -> sp.Expr:
    """Characteristic polynomial of S on the span of u and v."""
    return (eigenvalue - (_trace + _norm) / 2) * (eigenvalue - (_trace - _norm) / 2)


RANK_ONE = Step(
    "rank_one",
    r"Off the constants $T=\sigma\,u\otimes v$ has rank one, with unit $u,v$ and trace "
    r"$\tau=\sigma\langle u,v\rangle=1-2a$. On the span of $u,v$, in an orthonormal basis that starts with $u$, $S$ is "
    r"a matrix with eigenvalues $(\tau\pm\sigma)/2$; elsewhere $S=0$.",
    sp.Eq(
        sp.Determinant(sp.Matrix([[x - _trace, -_OFF_DIAGONAL], [-_OFF_DIAGONAL, x]])),
        _characteristic(x),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"sigma": "[|tau|, oo)"},
)
RANGE = Step(
    "range",
    r"As an eigenvalue, $\lambda$ is one of $(\tau\pm\sigma)/2$. It is positive and $(\tau-\sigma)/2\le0$, so "
    r"$\lambda=(\tau+\sigma)/2$, and both $\tau$ and $\sigma$ lie in $(0,1)$.",
    sp.Implies(
        sp.And(
            _is_jump,
            sp.Eq(_linear, (1 + _a) / 3),
            sp.Eq(_trace, 1 - 2 * _a),
            sp.Abs(_trace) <= _norm,
            sp.Eq(_characteristic(_linear), 0),
        ),
        sp.And(sp.Eq(_linear, (_trace + _norm) / 2), _trace > 0, _trace < 1, _norm > 0, _norm < 1),
    ),
    decided_by=Kind.SMT,
    over={"a": "the root in (0, 1/2)"},
)
DECOMPOSITION = Step(
    "decomposition",
    r"A function of $n$ latents is a sum of products of centred functions of some of them, and $S$ leaves the products "
    r"of given latents among themselves: one more latent comes in by a constant or by one of $3$ centred functions.",
    sp.Eq(4**n + 3 * 4**n, 4 ** (n + 1), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)
PRODUCTS = Step(
    "products",
    r"On products of $k$ factors $T$ is again of rank one, with trace $\tau^k$ and norm $\sigma^k$, so $S$ is at most "
    r"$(\tau^k+\sigma^k)/2$ there: below $\lambda$ for $k\ge2$, one more factor at a time.",
    sp.Implies(
        sp.And(
            *(sp.And(whole > 0, whole < 1) for whole in (_trace, _norm)),
            *(sp.And(rest > 0, rest <= whole) for rest, whole in ((_trace_of_rest, _trace), (_norm_of_rest, _norm))),
        ),
        sp.And(
            (_trace * _trace_of_rest + _norm * _norm_of_rest) / 2 < (_trace + _norm) / 2,
            *(
                sp.And(whole * rest > 0, whole * rest <= whole)
                for rest, whole in ((_trace_of_rest, _trace), (_norm_of_rest, _norm))
            ),
        ),
    ),
    decided_by=Kind.SMT,
    over={"tau, sigma": "(0, 1)", "tau_1, sigma_1": "powers of tau and sigma"},
)
OPTIMUM = Step(
    "optimum",
    r"A centred output of unit variance, of which the part $\omega$ is linear and the rest has eigenvalues at most "
    r"$\mu<\lambda$, has $e=\langle h_i,Sh_i\rangle\le\lambda$, and $e=\lambda$ only if it is linear.",
    sp.Implies(
        sp.And(
            _weight >= 0, _weight <= 1, _other < _linear, _correlation <= _linear * _weight + _other * (1 - _weight)
        ),
        sp.And(_correlation <= _linear, sp.Implies(sp.Eq(_correlation, _linear), sp.Eq(_weight, 1))),
    ),
    decided_by=Kind.SMT,
    over={"omega": "[0, 1]", "mu": "(-oo, lambda)"},
)
NOT_GAUSSIAN = Step(
    "not_gaussian",
    r"The kurtosis is $(1+80a)/(1+8a)^2$, between $2$ and $2.1$, and not $3$.",
    sp.Implies(_is_jump, sp.And(_KURTOSIS > 2, 10 * _KURTOSIS < 21)),
    decided_by=Kind.SMT,
    over={"a": "the root in (0, 1/2)"},
)

CLAIM = Claim(
    id="linear_optimum_of_a_lattice_world",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="Linear maps are the only optimum of a world of four states",
    says=r"For every number $n$ of independent copies of the four-state world, the whitened minimisers of $L$ are "
    r"exactly $h(z)=Qz/\sqrt v$ with $Q$ orthogonal and $v=1+8a$, and no latent is Gaussian.",
    statement=sp.And(LINEAR_IS_OPTIMAL, sp.Not(LAW_IS_GAUSSIAN)),
    assumptions=assume("independent_coordinates", "whitened")
    | {
        "four_states": r"Each $z_j$ is $-3$, $-1$, $1$ or $3$, and $z_j'=\mathrm{sign}(z_j)+\eta_j$ has its law.",
        "jumps": r"$\eta_j$ is independent of $z_j$: $-2,0,2$ with probabilities $a,1-2a,a$, $0<a<\frac12$.",
        "jump_probability": r"$8a^2+3a=2$, that is $a=(\sqrt{73}-3)/16$.",
    },
    steps=(STATIONARY, REGRESSIONS, LINEAR, RANK_ONE, RANGE, DECOMPOSITION, PRODUCTS, OPTIMUM, NOT_GAUSSIAN),
    holds_at=lambda profile: (
        of_finite_world(four_state_world(JUMP, JUMP_FIELD), copies)
        for copies in range(1, profile.pick(quick=2, thorough=3))
    ),
    expected=Verdict.PROVED,
)


def _parametric_world() -> FiniteWorld:
    return four_state_world(_a, sp.QQ.frac_field(_a))


def _same(found: sp.Matrix, stated: sp.Matrix, **covered: str) -> Finding:
    difference = (found - stated).applyfunc(sp.cancel)
    return Finding(difference.is_zero_matrix, covered, "" if difference.is_zero_matrix else f"differs by {difference}")


@evidence(CLAIM.id, Kind.SYMBOLIC, step=STATIONARY.key)
def law_for_every_jump_probability(_profile: Profile) -> Finding:
    """Solve for the stationary laws over the rational functions of a; compare transition and law."""
    world = _parametric_world()
    found = world.law.vstack(world.transition).to_Matrix()
    return _same(found, _LAW.col_join(_TRANSITION), a="symbolic")


@evidence(CLAIM.id, Kind.SYMBOLIC, step=REGRESSIONS.key)
def backward_regression(_profile: Profile) -> Finding:
    """Apply the adjoint to the states, over the rational functions of a."""
    world = _parametric_world()
    found = (world.backward * world.states.transpose()).to_Matrix()
    half = [_BACKWARD_OF_ONE, _BACKWARD_OF_THREE]
    return _same(found, sp.Matrix([-half[1], -half[0], *half]), a="symbolic")


@evidence(CLAIM.id, Kind.SYMBOLIC, step=RANK_ONE.key)
def rank_and_trace(_profile: Profile) -> Finding:
    """Eliminate in the centred transition, over the rational functions of a."""
    world = _parametric_world()
    rank = world.centred_transition.rank()
    trace = sp.cancel(world.centred_transition.to_Matrix().trace())
    return Finding(rank == 1 and trace == 1 - 2 * _a, {"a": "symbolic", "rank": rank, "trace": str(trace)})


@evidence(CLAIM.id, Kind.SYMBOLIC, step=NOT_GAUSSIAN.key)
def moments(_profile: Profile) -> Finding:
    """Second and fourth moment of the law, over the rational functions of a."""
    world = _parametric_world()
    found = sp.Matrix([world.moment(2), world.moment(4) / world.moment(2) ** 2])
    return _same(found, sp.Matrix([1 + 8 * _a, _KURTOSIS]), a="symbolic")


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def spectrum_of_independent_copies(profile: Profile) -> Finding:
    """Count by rank, for independent copies of the world, how often each eigenvalue of the proof occurs."""
    world, copies = four_state_world(JUMP, JUMP_FIELD), profile.pick(quick=2, thorough=3)
    forward, backward = (reduce(kronecker, [matrix] * copies) for matrix in (world.transition, world.backward))
    symmetrised = (forward + backward) * JUMP_FIELD.from_sympy(sp.Rational(1, 2))
    trace, linear = 1 - 2 * JUMP, (1 + JUMP) / 3
    norm = 2 * linear - trace
    stated: Counter[sp.Expr] = Counter()
    for factors in range(copies + 1):
        for sign in (1, -1):
            stated[sp.radsimp((trace**factors + sign * norm**factors) / 2)] += comb(copies, factors)
    stated[sp.Integer(0)] += 4**copies - stated.total()
    wrong = {}
    for root, multiplicity in stated.items():
        rank = (symmetrised - DomainMatrix.eye(4**copies, JUMP_FIELD) * JUMP_FIELD.from_sympy(root)).rank()
        if rank != 4**copies - multiplicity:
            wrong[_decimal(root)] = 4**copies - rank
    covered: dict[str, JSON] = {
        "n": copies,
        "multiplicities": {_decimal(root): multiplicity for root, multiplicity in stated.items()},
    }
    return Finding(not wrong, covered, f"found {wrong}" if wrong else "")


def _decimal(number: sp.Expr) -> str:
    return str(sp.N(number, 6))


def _linear_optimum(world: FiniteWorld) -> Finding:
    """Decide that the linear map has the largest eigenvalue of S off the constants, and report the world."""
    image = (world.symmetrised * world.states.transpose()).to_Matrix()
    states = world.states.to_Matrix().transpose()
    linear = sp.radsimp(image[0] / states[0])
    factors = [(factor, count) for factor, count in world.factored_spectrum(x) if factor.degree() > 0]
    others = [factor for factor, _ in factors if all(sp.radsimp(factor.eval(root)) != 0 for root in (1, linear))]
    kurtosis = sp.radsimp(world.moment(4) / world.moment(2) ** 2)
    holds = {
        "the linear map is an eigenfunction": (image - linear * states).applyfunc(sp.expand).is_zero_matrix,
        "1 and that of the linear map are simple": len(others) == len(factors) - 2
        and all(factor in others or (factor.degree(), count) == (1, 1) for factor, count in factors),
        "that of the linear map is the largest, below 1": bool(linear < 1)
        and all(_roots_are_below(factor, linear) for factor in others),
        "the kurtosis is not 3": kurtosis != 3,
    }
    covered: dict[str, JSON] = {
        "z": ", ".join(map(str, states)),
        "z'": "sign(z) + eta",
        "eta": ", ".join(f"{value} with probability {chance}" for value, chance in world.noise.items()),
        "law": [_decimal(weight) for weight in world.law.to_Matrix()],
        "eigenvalue of the linear map": f"{linear} = {_decimal(linear)}",
        "other eigenvalues": [_decimal(root) for factor in others for root in factor.nroots()],
        "kurtosis": _decimal(kurtosis),
        "reversible": world.transition == world.backward,
    }
    return Finding(all(holds.values()), covered, "; ".join(f"not so: {what}" for what, so in holds.items() if not so))


def _roots_are_below(factor: sp.Poly, bound: sp.Expr) -> bool:
    """Whether the roots, all real as those of S are, are below a number: all derivatives are positive there."""
    derivatives = [factor.monic().diff((x, order)) for order in range(1, factor.degree() + 1)]
    return all(bool(sp.radsimp(part.eval(bound)) > 0) for part in [factor.monic(), *derivatives])


def linear_optimum_of_four_states(_profile: Profile) -> Finding:
    """On four states, the linear map has the largest eigenvalue of S off the constants, exactly."""
    return _linear_optimum(four_state_world(JUMP, JUMP_FIELD))


def linear_optimum_of_five_states(_profile: Profile) -> Finding:
    """On five neighbouring states, the linear map has the largest eigenvalue of S off the constants, exactly."""
    return _linear_optimum(five_state_world())


SIBLING = CLAIM.without(
    "jump_probability",
    title="Linear optimum for every jump probability",
    says=r"$m(z)+r(z)$ is proportional to $z$ for every $0<a<\frac12$, that is $3(m(1)+r(1))=m(3)+r(3)$.",
    statement=sp.Eq(3 * (1 + _BACKWARD_OF_ONE), 1 + _BACKWARD_OF_THREE),
    fails_at={_a: sp.Rational(1, 4)},
)

WITHOUT_REVERSIBILITY = gaussian_of_reversible_linear_optimum.CLAIM.without(
    "reversible",
    title="Gaussian latents of a linear optimum in any direction of time",
    says=r"The same in worlds that need not be reversible, such as that of four states.",
    statement=sp.Equivalent(LINEAR_IS_OPTIMAL, LAW_IS_GAUSSIAN),
)
REFUTES_THE_PRINTED_THEOREM, REFUTES_WITHOUT_REVERSIBILITY, REFUTES_AGAIN, REFUTES_AGAIN_WITHOUT_REVERSIBILITY = (
    evidence(claim, Kind.SYMBOLIC, refutes=True)(check)
    for check in (linear_optimum_of_four_states, linear_optimum_of_five_states)
    for claim in ("gaussian_uniqueness", WITHOUT_REVERSIBILITY.id)
)
