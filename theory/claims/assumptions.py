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
    "stationary_law": r"$z'$ has the law of $z$.",
    "additive_noise": r"$z_j'=m_j(z_j)+\eta_j$ with $\eta_j$ independent of $z_j$.",
    "finite_variance": r"$\mathbb{E}\,z_j=0$ and $0<v=\mathbb{E}\,z_j^2<\infty$.",
    "reversible": r"$(z,z')$ has the law of $(z',z)$.",
    "positively_correlated": r"$0<\mathbb{E}[z_jz_j']<\mathbb{E}\,z_j^2$.",
    "noise": r"$\eta_j$ is not constant.",
    "one_law": r"The pairs $(z_j,z_j')$ have one law for all $j$.",
    "linear_optimum": r"$h(z)=z$, scaled to unit variances, minimises $L(h)$ among the whitened $h$.",
}

#: What makes a world Gaussian, for claims that need all of it.
GAUSSIAN_WORLD = ("gaussian_latents", "gaussian_noise", "stationary", "independent_coordinates", "isotropic")

#: Assumptions (i)-(iii) of W on a world that need not be Gaussian.
WORLD = ("independent_coordinates", "stationary_law", "additive_noise", "finite_variance")


def assume(*keys: str) -> dict[str, str]:
    """Assumptions by key, in the order given."""
    return {key: _ASSUMPTIONS[key] for key in keys}
