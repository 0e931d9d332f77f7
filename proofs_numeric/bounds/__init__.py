r"""W's floor and bounds as functions: of exact moments, and of sampled pairs with confidence.

Every formula is that of a claim; see `theory.claims.recovery` and `theory.claims.planning`. Those of recovery and
planning are written out in an order that overflows for no finite arguments unless the bound does, which then is
infinite, never nan. Losses, variances and errors are in units of the variance of a latent, which is one.

References
----------
W, Theorems 5.1, 5.3 and 5.4; Himeno & Yamada (2014): the unbiased estimate of the squared covariance.
"""

from proofs_numeric.bounds.alignment import alignment_floor
from proofs_numeric.bounds.confidence import RecoveryConfidence, recovery_confidence_bound
from proofs_numeric.bounds.planning import planning_bound
from proofs_numeric.bounds.recovery import recovery_bound

__all__ = ["RecoveryConfidence", "alignment_floor", "planning_bound", "recovery_bound", "recovery_confidence_bound"]
