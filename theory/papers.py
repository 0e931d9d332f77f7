"""The papers that claims are taken from, by the key that claims and docstrings cite."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paper:
    """Bibliographic record of a cited work."""

    key: str
    authors: str
    title: str
    source: str
    year: int


PAPERS = {
    paper.key: paper
    for paper in (
        Paper(
            "W",
            "D. Klindt, Y. LeCun, R. Balestriero",
            "When Does LeJEPA Learn a World Model?",
            "arXiv:2605.26379v1",
            2026,
        ),
        Paper(
            "L",
            "R. Balestriero, Y. LeCun",
            "LeJEPA: Provable and Scalable Self-Supervised Learning Without the Heuristics",
            "arXiv:2511.08544",
            2025,
        ),
        Paper(
            "Janson",
            "S. Janson",
            "Gaussian Hilbert Spaces",
            "Cambridge Tracts in Mathematics 129",
            1997,
        ),
        Paper(
            "HornJohnson",
            "R. A. Horn, C. R. Johnson",
            "Matrix Analysis",
            "Cambridge University Press, 2nd edition",
            2013,
        ),
        Paper(
            "Cramer",
            "H. Cramér",
            "Über eine Eigenschaft der normalen Verteilungsfunktion",
            "Mathematische Zeitschrift 41",
            1936,
        ),
        Paper(
            "HimenoYamada",
            "T. Himeno, T. Yamada",
            "Estimations for some functions of covariance matrix in high dimension under non-normality and its "
            "applications",
            "Journal of Multivariate Analysis 130, 27-44",
            2014,
        ),
        Paper(
            "ODonnell",
            "R. O'Donnell",
            "Analysis of Boolean Functions",
            "Cambridge University Press",
            2014,
        ),
        Paper(
            "Rudin",
            "W. Rudin",
            "Principles of Mathematical Analysis",
            "McGraw-Hill, 3rd edition",
            1976,
        ),
        Paper(
            "Kallenberg",
            "O. Kallenberg",
            "Foundations of Modern Probability",
            "Springer, 3rd edition",
            2021,
        ),
        Paper(
            "Fazel",
            "M. Fazel, R. Ge, S. M. Kakade, M. Mesbahi",
            "Global Convergence of Policy Gradient Methods for the Linear Quadratic Regulator",
            "arXiv:1801.05039",
            2018,
        ),
        Paper(
            "Bertsekas",
            "D. P. Bertsekas",
            "Dynamic Programming and Optimal Control, volume I",
            "Athena Scientific, 4th edition",
            2017,
        ),
    )
}
