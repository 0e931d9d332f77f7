"""The assumptions that claims share, each worded once."""

_ASSUMPTIONS = {
    "gaussian_latents": r"The latents are standard Gaussian: $z \sim N(0, I_n)$.",
    "gaussian_noise": r"The noise is standard Gaussian and independent of $z$.",
    "independent_coordinates": r"The $n$ coordinate pairs $(z_j, z_j')$ are independent.",
    "stationary": r"$z'$ has the law of $z$: $z' = \rho z + \sqrt{1-\rho^2}\,\eta$.",
    "isotropic": r"All latents have the same pair correlation $\rho$.",
    "positive_correlation": r"$0 < \rho < 1$.",
    "correlation": r"$-1 < \rho < 1$.",
    "square_integrable": r"$\mathbb{E}\,|h(z)|^2 < \infty$.",
    "centred": r"$\mathbb{E}\,h(z) = 0$.",
    "whitened": r"$\mathbb{E}\,h(z) = 0$ and $\mathrm{Cov}\,h(z) = I$, as holds if $h(z) \sim N(0, I)$.",
    "at_the_floor": r"$h$ attains the alignment floor.",
    "nonlinear_degree": r"$d \ge 2$.",
    "rotation": r"$h(z)=Qz$ with $Q$ orthogonal.",
    "transported_transition": r"Planning in the learned latent uses $\hat z_{t+1}=Q\,F(Q^\top\hat z_t,a_t,\xi_t)$.",
    "finite_costs": r"Every plan has an expected cost.",
}

#: What makes a world Gaussian, for claims that need all of it.
GAUSSIAN_WORLD = ("gaussian_latents", "gaussian_noise", "stationary", "independent_coordinates", "isotropic")


def assume(*keys: str) -> dict[str, str]:
    """Assumptions by key, in the order given."""
    return {key: _ASSUMPTIONS[key] for key in keys}
