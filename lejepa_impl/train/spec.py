"""What a training run is made of, validated.

References
----------
W, Appendix H (hyperparameters of the two-dimensional experiments).
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from lejepa_impl.worlds.mixings import MIXINGS


def _correlation(rho: float) -> float:
    if not -1 < rho < 1 or rho == 0:
        raise ValueError("must be in (-1, 1) and not 0")
    return rho


def _mixing(name: str) -> str:
    if name not in MIXINGS:
        raise ValueError(f"must be one of {', '.join(MIXINGS)}")
    return name


class TrainingSpec(BaseModel):
    """One training run. The defaults are W's two-dimensional experiment with stated pairs.

    Upper limits lie far beyond any run that fits a computer, and catch slips of the keyboard.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    dim: int = Field(2, ge=1, le=4096, description="number of latents and of embedding dimensions")
    rho: Annotated[float, AfterValidator(_correlation)] = Field(0.95, description="pair correlation")
    mixing: Annotated[str, AfterValidator(_mixing)] = Field("spiral", description="observation map")
    hidden: int = Field(256, ge=1, le=16_384, description="width of the encoder")
    depth: int = Field(4, ge=1, le=64, description="number of linear layers of the encoder")
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

    @model_validator(mode="after")
    def _weights_are_convex(self) -> Self:
        if self.convex and self.regularizer_weight >= 1:
            raise ValueError(f"regularizer_weight {self.regularizer_weight} must be less than 1 where convex is true")
        return self

    @model_validator(mode="after")
    def _mixing_fits(self) -> Self:
        try:
            MIXINGS[self.mixing](self.dim)
        except ValueError as error:
            raise ValueError(f"mixing {self.mixing}: {error}") from error
        return self


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
