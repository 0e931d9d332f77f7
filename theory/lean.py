"""The declarations of the official Lean files: what is assumed there, what is proved, and from what.

Read from the public repository of the paper. A declaration names the ones that its proof uses, so that
the axioms a theorem rests on follow by closure; the claim that judges it stands in the ledger.

References
----------
W, Appendix G; https://github.com/klindtlab/lejepa-identifiability, folder lean/LeJEPA.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sympy import Basic, Implies

from theory.claim import Verdict


class Status(StrEnum):
    """What a declaration is in a version of the files."""

    AXIOM = "axiom"
    THEOREM = "theorem"
    EARLIER_AXIOM = "earlier axiom"
    """An axiom of an earlier version, which a later one proves or no longer has."""


@dataclass(frozen=True)
class Declaration:
    """An axiom or a theorem of the Lean files.

    Parameters
    ----------
    file, commit, line
        Where it stands: name below lean/LeJEPA, abbreviated commit, line of the keyword.
    uses
        Declarations of this inventory that the proof applies.
    claim
        Identifier of the claim that judges the statement; None where nothing but Lean is needed.
    change
        What to do about it, for who maintains the files; empty where it can stay.
    """

    name: str
    status: Status
    file: str
    commit: str
    line: int
    uses: tuple[str, ...] = ()
    claim: str | None = None
    change: str = ""

    @property
    def url(self) -> str:
        """Address of the line."""
        repository = "https://github.com/klindtlab/lejepa-identifiability"
        return f"{repository}/blob/{self.commit}/lean/LeJEPA/{self.file}#L{self.line}"


_HERMITE = ("Hermite.lean", "696e1d932855568e9a0af19a9c60a5dd4f588703")
_UNIQUENESS = ("Uniqueness.lean", "b3a85f75483c4d9af06bcd64a323b888e300cc45")
_APPROX = ("Approx.lean", "b3a85f75483c4d9af06bcd64a323b888e300cc45")
_DIRICHLET = ("Dirichlet.lean", "b3a85f75483c4d9af06bcd64a323b888e300cc45")
_PLANNING = ("Planning.lean", "4a941ed6577b8fc75b6fbcad2fc4560ee7085aa3")
_EARLIER = "619289b44643d34c3142c9b158e9d0eacdc0ffa8"
_EARLIEST = "ad11a63ac6b322bb676fecd3e95b809ea576eac0"

_EQUIVARIANT = (
    "Give `ExpectedCosts` a transition kernel instead of free functionals, and assume that the kernel of `E_hat` is "
    "that of `E` pushed forward by `Q`; the pushforward is then a theorem, by induction on the time."
)
_FOLLOWS = "Follows once the pushforward is a theorem."

INVENTORY = {
    declaration.name: declaration
    for declaration in (
        # Hermite.lean
        Declaration("mehler_summability", Status.THEOREM, *_HERMITE, 58, claim="lean_mehler_summability"),
        Declaration("pow_le_self_of_pos_lt_one", Status.THEOREM, *_HERMITE, 74),
        Declaration("spectral_term_le", Status.THEOREM, *_HERMITE, 80, uses=("pow_le_self_of_pos_lt_one",)),
        Declaration("pow_lt_self_of_ge_two", Status.THEOREM, *_HERMITE, 92),
        Declaration("summable_spectral_upper", Status.THEOREM, *_HERMITE, 106),
        Declaration("tsum_spectral_upper", Status.THEOREM, *_HERMITE, 112),
        Declaration(
            "correlation_le_rho",
            Status.THEOREM,
            *_HERMITE,
            123,
            uses=("spectral_term_le", "summable_spectral_upper", "tsum_spectral_upper"),
        ),
        Declaration(
            "equality_forces_degree_one",
            Status.THEOREM,
            *_HERMITE,
            146,
            uses=("pow_lt_self_of_ge_two", "spectral_term_le", "summable_spectral_upper", "tsum_spectral_upper"),
        ),
        Declaration(
            "correlation_eq_spectral_sum",
            Status.AXIOM,
            *_HERMITE,
            192,
            claim="lean_correlation_eq_spectral_sum",
            change="Delete it: no theorem uses it, `hermite_identifiability` has the equation as its hypothesis "
            "`hcorr_eq`. Or define the correlation as the function of `ρ` that it is, the integral of "
            "`h (z') * h z`, and prove the equation from Mehler's formula.",
        ),
        Declaration(
            "linear_of_degree_one",
            Status.AXIOM,
            *_HERMITE,
            196,
            claim="lean_linear_of_degree_one",
            change="Define `spectrum` as the Hermite weights of `toFun` in `L²(γ)` instead of a free field, assume "
            "that the mean is zero, and conclude `toFun =ᵐ[γ] M`: weights cannot see a null set.",
        ),
        Declaration(
            "orthogonal_of_gaussian_linear",
            Status.THEOREM,
            *_HERMITE,
            203,
            claim="lean_orthogonal_of_gaussian_linear",
        ),
        Declaration("loss_lower_bound", Status.THEOREM, *_HERMITE, 213),
        Declaration(
            "hermite_identifiability",
            Status.THEOREM,
            *_HERMITE,
            242,
            uses=(
                "correlation_le_rho",
                "equality_forces_degree_one",
                "linear_of_degree_one",
                "orthogonal_of_gaussian_linear",
            ),
            claim="lean_hermite_identifiability",
            change="Replace `hnorm`, that `‖h v - h 0‖ = ‖v‖` for all `v`, by `γ.map h = γ`: it is far stronger than "
            "Gaussian outputs and yet leaves translations. With `spectrum` tied to `toFun` the theorem holds almost "
            "everywhere, and whitening is enough.",
        ),
        # Uniqueness.lean
        Declaration(
            "gaussian_of_affine_score", Status.THEOREM, *_UNIQUENESS, 55, claim="lean_gaussian_of_affine_score"
        ),
        Declaration(
            "hermite_first_eigenfunction_of_gaussian",
            Status.AXIOM,
            *_UNIQUENESS,
            63,
            claim="lean_hermite_first_eigenfunction_of_gaussian",
            change="Add the hypothesis that the slope of the score is `-ev / K`, which says that `ev` is the first "
            "eigenvalue; then `a = 1`, `b = -K * β / ev` proves it by `ring`.",
        ),
        Declaration("score_affine_of_eigenfunction", Status.THEOREM, *_UNIQUENESS, 76),
        Declaration(
            "gaussian_of_affine_eigenfunction",
            Status.THEOREM,
            *_UNIQUENESS,
            99,
            uses=("score_affine_of_eigenfunction", "gaussian_of_affine_score"),
        ),
        Declaration(
            "gaussian_uniqueness",
            Status.THEOREM,
            *_UNIQUENESS,
            114,
            uses=("hermite_first_eigenfunction_of_gaussian", "gaussian_of_affine_eigenfunction"),
            claim="lean_gaussian_uniqueness",
            change="Its second half, `gaussian_of_affine_eigenfunction`, stands; the first needs the slope `-ev / K`.",
        ),
        Declaration("score_pure_linear_zero_mean", Status.THEOREM, *_UNIQUENESS, 132),
        # Approx.lean
        Declaration("spectral_gap_pos", Status.THEOREM, *_APPROX, 38),
        Declaration("two_spectral_gap_pos", Status.THEOREM, *_APPROX, 42, uses=("spectral_gap_pos",)),
        Declaration("nonlinear_energy_le_D", Status.THEOREM, *_APPROX, 49, uses=("two_spectral_gap_pos",)),
        Declaration(
            "polar_bound_axiom",
            Status.THEOREM,
            *_APPROX,
            68,
            claim="lean_polar_bound_axiom",
            change="Delete it, or state what it is named after: `‖A - Q‖ ≤ ‖A * Aᵀ - 1‖` for the polar factor `Q`.",
        ),
        Declaration("linear_deviation_sq_bound", Status.THEOREM, *_APPROX, 76),
        Declaration(
            "pythagorean_axiom",
            Status.THEOREM,
            *_APPROX,
            95,
            claim="lean_pythagorean_axiom",
            change="Delete it, or state what it is named after: linear and nonlinear part are orthogonal in `L²(γ)`.",
        ),
        Declaration("bound_monotone", Status.THEOREM, *_APPROX, 107),
        Declaration(
            "approximate_identifiability",
            Status.THEOREM,
            *_APPROX,
            125,
            uses=("two_spectral_gap_pos", "nonlinear_energy_le_D", "linear_deviation_sq_bound", "bound_monotone"),
            change="It is real arithmetic: `hgap`, `hpolar` and `hpythag` assume the analysis, and no encoder occurs.",
        ),
        Declaration("exact_recovery_special_case", Status.THEOREM, *_APPROX, 158, uses=("two_spectral_gap_pos",)),
        Declaration("bound_small_perturbation", Status.THEOREM, *_APPROX, 184),
        # Dirichlet.lean
        Declaration("mazur_ulam", Status.THEOREM, *_DIRICHLET, 64, claim="isometries_are_affine"),
        Declaration("clm_isometry_of_norm_preserving", Status.THEOREM, *_DIRICHLET, 106),
        Declaration("lipschitz_of_orthogonal_jacobian", Status.THEOREM, *_DIRICHLET, 118),
        Declaration("isometry_of_bilipschitz", Status.THEOREM, *_DIRICHLET, 134),
        Declaration(
            "dirichlet_identifiability",
            Status.THEOREM,
            *_DIRICHLET,
            171,
            uses=("lipschitz_of_orthogonal_jacobian", "isometry_of_bilipschitz", "mazur_ulam"),
            claim="isometries_are_affine",
            change="Neither the Gaussian measure nor the energy occurs: `horth` assumes what Appendix E is to prove. "
            "Derive it from the energy floor, and `hmean` from the mean of the outputs.",
        ),
        # Planning.lean
        Declaration(
            "stage_pushforward", Status.AXIOM, *_PLANNING, 109, claim="lean_stage_pushforward", change=_EQUIVARIANT
        ),
        Declaration(
            "terminal_pushforward",
            Status.AXIOM,
            *_PLANNING,
            119,
            claim="lean_terminal_pushforward",
            change=_EQUIVARIANT,
        ),
        Declaration(
            "stage_cost_equiv",
            Status.THEOREM,
            *_PLANNING,
            135,
            uses=("stage_pushforward",),
            claim="lean_stage_cost_equiv",
            change=_FOLLOWS,
        ),
        Declaration(
            "terminal_cost_equiv",
            Status.THEOREM,
            *_PLANNING,
            151,
            uses=("terminal_pushforward",),
            claim="lean_terminal_cost_equiv",
            change=_FOLLOWS,
        ),
        Declaration(
            "planning_equivalence",
            Status.THEOREM,
            *_PLANNING,
            176,
            uses=("stage_cost_equiv", "terminal_cost_equiv"),
            claim="lean_planning_equivalence",
            change=_FOLLOWS,
        ),
        Declaration(
            "minimizer_equivalence",
            Status.THEOREM,
            *_PLANNING,
            207,
            uses=("planning_equivalence",),
            claim="lean_minimizer_equivalence",
            change=_FOLLOWS,
        ),
        Declaration(
            "value_equivalence",
            Status.THEOREM,
            *_PLANNING,
            233,
            uses=("planning_equivalence",),
            claim="lean_planning_equivalence",
            change=_FOLLOWS,
        ),
    )
}

#: Axioms of earlier versions, which the versions above prove or no longer have.
EARLIER_AXIOMS = (
    Declaration(
        "mehler_summability", Status.EARLIER_AXIOM, "Hermite.lean", _EARLIER, 56, claim="lean_mehler_summability"
    ),
    Declaration(
        "orthogonal_of_gaussian_linear",
        Status.EARLIER_AXIOM,
        "Hermite.lean",
        _EARLIER,
        192,
        claim="lean_orthogonal_of_gaussian_linear",
    ),
    Declaration(
        "gaussian_of_affine_score",
        Status.EARLIER_AXIOM,
        "Uniqueness.lean",
        _EARLIER,
        53,
        claim="lean_gaussian_of_affine_score",
    ),
    Declaration(
        "amgm_sum_ge_prod_pow",
        Status.EARLIER_AXIOM,
        "Dirichlet.lean",
        _EARLIER,
        68,
        claim="lean_amgm_sum_ge_prod_pow",
    ),
    Declaration(
        "exp_mean_ge_mean_exp",
        Status.EARLIER_AXIOM,
        "Dirichlet.lean",
        _EARLIER,
        75,
        claim="lean_exp_mean_ge_mean_exp",
    ),
    Declaration("mazur_ulam", Status.EARLIER_AXIOM, "Dirichlet.lean", _EARLIER, 83, claim="isometries_are_affine"),
    Declaration(
        "polar_bound_axiom",
        Status.EARLIER_AXIOM,
        "PropApprox.lean",
        _EARLIEST,
        67,
        claim="lean_polar_bound_axiom",
    ),
    Declaration(
        "pythagorean_axiom",
        Status.EARLIER_AXIOM,
        "PropApprox.lean",
        _EARLIEST,
        92,
        claim="lean_pythagorean_axiom",
    ),
)


def rests_on(name: str) -> frozenset[str]:
    """Axioms, by name, that a declaration of the inventory rests on: itself if it is one.

    Raises
    ------
    KeyError
        If the inventory lacks the declaration.
    """
    declaration = INVENTORY[name]
    if declaration.status is Status.AXIOM:
        return frozenset({name})
    return frozenset().union(*map(rests_on, declaration.uses))


class Standing(StrEnum):
    """What a declaration is worth, by the verdicts on the claims that judge it."""

    FALSE = "false as stated"
    ON_FALSE_AXIOM = "rests on a false axiom"
    RESTATED = "restates its hypothesis"
    TRUE = "true"
    STANDS = "needs no axiom"
    OPEN = "open"


def standing(declaration: Declaration, statements: Mapping[str, Basic], verdicts: Mapping[str, Verdict]) -> Standing:
    """Compute what a declaration is worth.

    Parameters
    ----------
    statements, verdicts
        Statement and verdict of each claim of the ledger, by identifier.
    """
    verdict = verdicts[declaration.claim] if declaration.claim else None
    if verdict in (Verdict.REFUTED, Verdict.REPAIRED):
        return Standing.FALSE
    if declaration.claim and _restates_its_hypothesis(statements[declaration.claim]):
        return Standing.RESTATED
    if declaration.status is Status.THEOREM:
        axioms = [standing(INVENTORY[name], statements, verdicts) for name in rests_on(declaration.name)]
        if Standing.FALSE in axioms:
            return Standing.ON_FALSE_AXIOM
        return Standing.OPEN if Standing.OPEN in axioms else Standing.STANDS
    return Standing.TRUE if verdict is Verdict.PROVED else Standing.OPEN


def _restates_its_hypothesis(statement: Basic) -> bool:
    return isinstance(statement, Implies) and statement.args[0] == statement.args[1]
