r"""How many nonlinear functions of a slow latent come before the linear map of a fast one.

.. math:: \rho_{slow}^d > \rho_{fast} \iff d < \frac{\log\rho_{fast}}{\log\rho_{slow}}, \qquad
          \rho_{fast} = \rho_{slow}^2: \text{ the square of the slow latent ties with the fast one}

References
----------
W, Appendix F; L. Wiskott, T. J. Sejnowski, "Slow feature analysis", Neural Computation 14, 2002.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.gaussian_world import contraction, eigenvalue, transition
from theory.hermite import sequence
from theory.instances import CORRELATIONS
from theory.notation import GaussianExpectation, d, eta, rho, z

_fast, _slow, _power, _degree = sp.symbols("rho_fast rho_slow P d", real=True)
_log_fast, _log_slow, _angle = sp.symbols("f s theta", real=True)

LOGARITHM = Step(
    "logarithm",
    r"With $s=\log\rho_{slow}<0$ and $f=\log\rho_{fast}<0$: $ds>f$ iff $d<f/s$. So the harmonics "
    r"$\mathrm{He}_1,\dots,\mathrm{He}_D$ of the slow latent come before the fast one, $D=\lceil f/s\rceil-1$.",
    sp.Implies(
        sp.And(_log_slow < 0, _log_fast < 0),
        sp.And(
            sp.Implies(_degree * _log_slow > _log_fast, _degree < _log_fast / _log_slow),
            sp.Implies(_degree < _log_fast / _log_slow, _degree * _log_slow > _log_fast),
        ),
    ),
    by=("anisotropic_threshold",),
    decided_by=Kind.SMT,
    over={"d": "real"},
)
TIE = Step(
    "tie",
    r"A transition contracts $\mathrm{He}_2(z_{slow})$ by $\rho^2$: at $\rho_{fast}=\rho_{slow}^2$ as it does the fast "
    r"latent,",
    sp.Eq(
        GaussianExpectation(sequence(transition(z, eta, rho), 2)[2], eta),
        eigenvalue((1, 0), (rho**2, rho)) * sequence(z, 2)[2],
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"z": "real", "rho": "(0, 1)"},
)
MIXTURES = Step(
    "mixtures",
    r"and all mixtures $\cos\theta\,z_{fast}+\sin\theta\,H_2(z_{slow})$ are whitened and have one loss: whitening does "
    r"not tell them apart.",
    sp.Eq(
        2 * (1 - rho**2) * sp.cos(_angle) ** 2 + 2 * (1 - contraction(sp.Integer(2), rho)) * sp.sin(_angle) ** 2,
        2 * (1 - rho**2),
    ),
    by=("loss_decomposition",),
    decided_by=Kind.SYMBOLIC,
    over={"theta": "real", "rho": "(0, 1)"},
)

CLAIM = Claim(
    id="slow_harmonics_before_a_fast_latent",
    paper="W",
    locator="Appendix F, slow features",
    role=Role.EXTENSION,
    title="The nonlinear functions of a slow latent that come before a fast latent",
    says=r"$\mathrm{He}_d$ of the slow latent comes before the fast latent iff "
    r"$d<\log\rho_{fast}/\log\rho_{slow}$, the ratio of their time scales; at $\rho_{fast}=\rho_{slow}^2$ its square "
    r"ties, and a whitened optimum need not be linear.",
    statement=sp.Equivalent(contraction(d, _slow) > _fast, d < sp.log(_fast) / sp.log(_slow)),
    assumptions=assume("gaussian_latents", "gaussian_noise", "stationary", "independent_coordinates")
    | {"positive_correlations": r"$0<\rho_{fast}<\rho_{slow}<1$."},
    background=("hermite_completeness",),
    steps=(LOGARITHM, TIE, MIXTURES),
    holds_at=lambda _: (
        {_slow: slow, _fast: slow**ratio, sp.log(_fast): ratio * sp.log(slow), d: sp.Integer(degree)}
        for slow in CORRELATIONS
        for ratio in (sp.Rational(numerator, 3) for numerator in range(4, 13))
        for degree in range(1, 6)
    ),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def counted_harmonics(profile: Profile) -> Finding:
    """Count the powers of rho_slow above rho_fast = rho_slow^r, for a grid of rho_slow and rational r."""
    steps = profile.pick(quick=5, thorough=9)
    wrong = []
    for i in range(1, steps):
        slow = sp.Rational(i, steps)
        for ratio in (sp.Rational(numerator, 3) for numerator in range(4, 22)):
            # rho_slow^k > rho_slow^r, compared in whole powers.
            before = sum(bool(slow ** (ratio.q * degree) > slow**ratio.p) for degree in range(1, 30))
            if before != sp.ceiling(ratio) - 1:
                wrong.append((str(slow), str(ratio)))
    return Finding(not wrong, {"rho_slow": f"multiples of 1/{steps}", "ratio": "4/3 to 7 by 1/3"}, str(wrong or ""))


SIBLING = CLAIM.without(
    "positive_correlations",
    title="Harmonics before a fast latent at negative correlation",
    says=r"If the square of the slow latent comes before the fast one, so does the slow latent itself.",
    statement=sp.Implies(_slow**2 > _fast, _slow > _fast),
    fails_at={_slow: -sp.Rational(1, 2), _fast: sp.Rational(1, 5)},
)
