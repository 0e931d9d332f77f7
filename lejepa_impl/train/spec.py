"""What a training run is made of, validated.

References
----------
W, Appendix H (hyperparameters of the two-dimensional experiments).
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from lejepa_impl.worlds.mixings import MIXINGS


def _correlation(rho: float) -> float:
    if not -1 < rho < 1 or rho == 0:
        raise ValueError("must be in (-1, 1) and not 0")
    return rho


class TrainingSpec(BaseModel):
    """One training run. The defaults are W's two-dimensional experiment with stated pairs.

    Upper limits lie far beyond any run that fits a computer, and catch slips of the keyboard.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    dim: int = Field(2, ge=1, le=4096, description="number of latents and of embedding dimensions")
    world: Literal["gaussian", "channel", "diffusion", "autoregression", "hyperbolic"] = Field(
        "gaussian", description="law of the latents and their transition, see `lejepa_impl.train.world`"
    )
    shape: float = Field(
        2.0, ge=0.1, le=1000, description="of the generalised normal law, or the power of a hyperbolic world"
    )
    rho: Annotated[float, AfterValidator(_correlation)] = Field(
        0.95, description="correlation of a transition, or what it is to the law of a diffusion or hyperbolic world"
    )
    pairs: Literal["transition", "one_parent"] = Field(
        "transition", description="pairs trained on: of a latent and the next, or of two next latents of one parent"
    )
    mixing: Literal["identity", "spiral", "banana", "sinusoid", "coupling"] = Field(
        "spiral", description="observation map"
    )
    mixing_layers: int = Field(4, ge=1, le=64, description="number of layers of the mixing coupling")
    encoder: Literal["mlp", "matched"] = Field("mlp", description="perceptron, or inverse of the mixing coupling")
    hidden: int = Field(256, ge=1, le=16_384, description="width of the perceptron")
    depth: int = Field(4, ge=1, le=64, description="number of layers of the encoder")
    objective: Literal["lejepa", "infonce", "barlow_twins"] = Field("lejepa", description="what is minimised")
    regularizer: Literal["sigreg", "whitening", "vicreg"] = Field(
        "sigreg", description="what keeps the embedding of the objective lejepa from collapse"
    )
    regularizer_weight: float = Field(1e-3, gt=0, description="lambda of the objective lejepa")
    convex: bool = Field(True, description="whether the alignment has the weight 1 - lambda, or 1")
    around_pair_mean: bool = Field(True, description="whether the alignment is |h1-h2|^2/4, or |h1-h2|^2")
    over_dimensions: bool = Field(True, description="whether the alignment is a mean over dimensions, or a sum")
    pooled: bool = Field(True, description="whether the regularizer sees both views as one sample, or is a mean")
    scaled: bool = Field(True, description="whether the statistic of SIGReg is multiplied by the number of samples")
    slices: int = Field(256, ge=1, le=65_536, description="directions of SIGReg drawn at each step")
    knots: int = Field(17, ge=2, le=4096, description="knots of SIGReg")
    t_max: float = Field(3.0, gt=0, le=100, description="last knot of SIGReg")
    centred: bool = Field(True, description="whether whitening penalises the mean")
    mean_over_entries: bool = Field(False, description="whether whitening is a mean over entries, or a sum")
    variance: float = Field(1.0, ge=0, description="weight of the variance term of VICReg")
    covariance: float = Field(2 / 25, ge=0, description="weight of its covariance term")
    kernel_width: float = Field(1.0, gt=0, description="width of the kernel of InfoNCE")
    off_diagonal: float = Field(0.0051, ge=0, description="off-diagonal weight of Barlow Twins")
    steps: int = Field(20_000, ge=1, le=10**9)
    batch: int = Field(256, ge=2, le=2**20, description="pairs drawn at each step")
    learning_rate: float = Field(3e-3, gt=0)
    weight_decay: float = Field(0.0, ge=0)
    warm_up: int = Field(0, ge=0, description="steps over which the learning rate rises")
    last_layer: Literal["trained", "solved"] = Field("trained", description="how the last layer comes about")
    seed: int = Field(0, ge=0, lt=2**62)
    device: Literal["auto", "cpu", "cuda"] = "auto"

    @property
    def pair_correlation(self) -> float:
        """Correlation of the pairs trained on, in a world of linear drift."""
        return self.rho if self.pairs == "transition" else self.rho**2

    @model_validator(mode="after")
    def _settings_go_together(self) -> Self:
        if wrong := list(self._contradictions()):
            raise ValueError("; ".join(wrong))
        return self

    def _contradictions(self) -> Iterator[str]:
        if self.convex and self.regularizer_weight >= 1:
            yield f"regularizer_weight {self.regularizer_weight} must be less than 1 where convex is true"
        if self.mixing == "coupling":
            if self.dim % 2:
                yield f"mixing coupling: it halves the latents, whose number {self.dim} must be even"
        else:
            try:
                MIXINGS[self.mixing](self.dim)
            except ValueError as error:
                yield f"mixing {self.mixing}: {error}"
        if self.encoder == "matched":
            if self.mixing != "coupling":
                yield f"encoder matched: it inverts the mixing coupling, not {self.mixing}"
            elif self.depth != self.mixing_layers:
                yield f"encoder matched: its depth {self.depth} must be that of the mixing, {self.mixing_layers}"
            if self.last_layer == "solved":
                yield "encoder matched: it has no linear last layer to be solved"
        if self.world == "gaussian" and self.shape != 2:
            yield f"world gaussian: its shape is 2, not {self.shape:g}"
        if self.world == "autoregression" and self.shape != 1:
            yield f"world autoregression: its shape is 1, the Laplace law, not {self.shape:g}"
        if self.world == "diffusion" and self.shape <= 1:
            yield f"world diffusion: it has no slowest mode at shape {self.shape:g}, only above 1"
        if self.world in ("autoregression", "diffusion") and self.rho <= 0:
            yield f"world {self.world}: rho {self.rho:g} must be in (0, 1)"
        if self.world in ("diffusion", "hyperbolic") and self.pairs == "one_parent":
            yield f"pairs one_parent: there are none in the world {self.world}, whose drift is not linear"


def invalid(error: ValidationError) -> str:
    """Name, in a line, the settings that a specification cannot have, each with its value."""
    return "; ".join(
        (f"--{'.'.join(map(str, item['loc'])).replace('_', '-')} {item['input']}: " if item["loc"] else "")
        + item["msg"].removeprefix("Value error, ")
        for item in error.errors()
    )


#: Trains the spiral to R^2 >= 0.95 within a minute on two CPU cores.
QUICK = TrainingSpec(hidden=128, slices=64, steps=2_000)

#: Recovers the spiral better than the paper's run, in a twenty-fifth of its steps.
FAST = TrainingSpec(steps=800, learning_rate=5e-3, warm_up=50, last_layer="solved")
