"""Laws of one latent, all of mean 0 and variance 1.

Each is the standardised form of a distribution of SciPy or of a density that is given.
"""

from typing import Annotated

from pydantic import Field

from proofs_numeric.worlds.laws.discrete import Discrete
from proofs_numeric.worlds.laws.formula_law import FormulaLaw
from proofs_numeric.worlds.laws.gamma import Gamma
from proofs_numeric.worlds.laws.gaussian import Gaussian
from proofs_numeric.worlds.laws.gaussian_mixtures import Empirical, GaussianMixture
from proofs_numeric.worlds.laws.generalised_normal import GeneralisedNormal
from proofs_numeric.worlds.laws.hyperbolic_secant import HyperbolicSecant
from proofs_numeric.worlds.laws.laplace import Laplace
from proofs_numeric.worlds.laws.law import ContinuousLaw, Law
from proofs_numeric.worlds.laws.logistic import Logistic
from proofs_numeric.worlds.laws.scipy_law import ScipyLaw
from proofs_numeric.worlds.laws.self_decomposable import SelfDecomposable
from proofs_numeric.worlds.laws.skew_normal import SkewNormal
from proofs_numeric.worlds.laws.student_t import StudentT
from proofs_numeric.worlds.laws.uniform import Uniform

__all__ = [
    "AnyContinuousLaw",
    "AnyLaw",
    "AnySelfDecomposable",
    "ContinuousLaw",
    "Discrete",
    "Empirical",
    "FormulaLaw",
    "Gamma",
    "Gaussian",
    "GaussianMixture",
    "GeneralisedNormal",
    "HyperbolicSecant",
    "Laplace",
    "Law",
    "Logistic",
    "ScipyLaw",
    "SelfDecomposable",
    "SkewNormal",
    "StudentT",
    "Uniform",
]

#: A law with a density, by its name in a specification.
AnyContinuousLaw = Annotated[
    Gaussian
    | GeneralisedNormal
    | Laplace
    | Logistic
    | HyperbolicSecant
    | StudentT
    | Uniform
    | Gamma
    | SkewNormal
    | GaussianMixture
    | Empirical
    | FormulaLaw,
    Field(discriminator="law"),
]
#: A law, by its name in a specification.
AnyLaw = Annotated[AnyContinuousLaw | Discrete, Field(discriminator="law")]
#: A self-decomposable law, by its name in a specification.
AnySelfDecomposable = Annotated[Laplace | Logistic | Gamma, Field(discriminator="law")]
