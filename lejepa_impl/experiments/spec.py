"""An experiment as data: what its runs have in common, and what they vary.

References
----------
W, section 6 and Appendix H (the four experiments that are shipped).
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from lejepa_impl.train.spec import TrainingSpec
from proofs_numeric.yaml_document import read_yaml

_MOST_RUNS = 100_000
#: Of a run, in characters: it is part of the names of files, which have 255 at most.
_LONGEST_NAME = 200
_SHIPPED = files("lejepa_impl.experiments") / "specs"
#: Experiments that come with the package: W's at full size, and each `_small` for minutes of a processor.
SHIPPED = sorted(Path(entry.name).stem for entry in _SHIPPED.iterdir() if entry.name.endswith(".yaml"))

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
Seed = Annotated[int, Field(ge=0, lt=2**62)]
#: Where a setting stands in the file.
Place = tuple[str | int, ...]


class ExperimentError(ValueError):
    """A file that describes no experiment; every mistake on a line of its own, with its place in the file."""


class Case(BaseModel):
    """Settings that go together, under a name."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Name


class Restarts(BaseModel):
    """Runs of which the one with the least final objective counts, for small numbers of latents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: Annotated[int, Field(ge=2, le=1000)]
    up_to_dim: Annotated[int, Field(ge=1)]
    seed_step: Annotated[int, Field(ge=1, le=2**32, description="what a restart adds to the seed")] = 1000


@dataclass(frozen=True)
class Run:
    """One run of an experiment.

    Parameters
    ----------
    id
        Its name, from the case, the values on the axes, and the seed.
    case
        The name of its case, empty where the experiment has none.
    attempts
        What is trained: the one with the least final objective counts.
    """

    id: str
    case: str
    attempts: tuple[TrainingSpec, ...]

    def attempt_ids(self) -> list[str]:
        """Return the names of the attempts."""
        return [self.id if restart == 0 else f"{self.id},restart={restart}" for restart in range(len(self.attempts))]


class Experiment(BaseModel):
    """Runs that are trained to be compared: every case, at every point of the product of the axes, with every seed.

    Parameters
    ----------
    name, title, source
        What it is called, what it asks, and which paper asks it.
    base
        Settings of `TrainingSpec` that all runs share.
    axes
        Values of a setting that is varied.
    cases
        Settings that go together, under a name.
    restarts
        For which runs the best of several attempts counts.
    points
        Pairs on which each encoder is measured.

    Raises
    ------
    ValidationError
        With every mistake at once, those of each run among them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal[1] = Field(1, alias="schema")
    name: Name
    title: str
    source: str
    base: dict[str, Any] = {}
    axes: dict[str, Annotated[list[Any], Field(min_length=1)]] = {}
    cases: tuple[Case, ...] = ()
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)] = (0,)
    restarts: Restarts | None = None
    points: Annotated[int, Field(ge=100, le=10**8)] = 10_000

    @model_validator(mode="wrap")
    @classmethod
    def _with_all_mistakes(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        found: dict[tuple[Place, str], Any] = {}
        made = None
        try:
            made = handler(data)
        except ValidationError as error:
            found |= {(item["loc"], _message(item["msg"])): item["input"] for item in error.errors()}
        if isinstance(data, dict):
            found |= _mistakes_of_runs(data)
        if made is not None and not found:
            found |= made._repeated_attempts()
        if made is not None and not found:
            return made
        raise ValidationError.from_exception_data(
            cls.__name__,
            [
                InitErrorDetails(
                    type=PydanticCustomError("experiment", "{message}", {"message": message}), loc=place, input=value
                )
                for (place, message), value in found.items()
            ],
        )

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Return all runs, in the order of the file."""
        cases = [case.model_dump() for case in self.cases]
        return tuple(self._run(point) for point in _points(self.base, self.axes, cases, self.seeds))

    def _run(self, point: "_Point") -> Run:
        spec = TrainingSpec.model_validate(point.settings)
        attempts = [spec]
        if self.restarts and spec.dim <= self.restarts.up_to_dim:
            for restart in range(1, self.restarts.count):
                seed = spec.seed + restart * self.restarts.seed_step
                attempts.append(spec.model_copy(update={"seed": seed}))
        return Run(_id(point, spec), point.case, tuple(attempts))

    def _repeated_attempts(self) -> dict[tuple[Place, str], Any]:
        """Find restarts that are attempts of another run too, so that the two would not be independent."""
        found: dict[tuple[Place, str], Any] = {}
        first: dict[str, str] = {}
        for run in self.runs if self.restarts else ():
            for attempt in run.attempts:
                if (other := first.setdefault(attempt.model_dump_json(), run.id)) != run.id:
                    found[("restarts", "seed_step"), f"{other} and {run.id} share an attempt"] = attempt.seed
        return found

    @cached_property
    def digest(self) -> str:
        """Return what two experiments share if and only if the same runs are trained and measured alike."""
        runs = [[run.id, [attempt.model_dump() for attempt in run.attempts]] for run in self.runs]
        return hashlib.sha256(json.dumps([runs, self.points]).encode()).hexdigest()


@dataclass(frozen=True)
class _Point:
    """The settings of a run before they are validated, and where in the file each comes from."""

    case: str
    varied: tuple[str, ...]
    settings: dict[str, Any]
    places: dict[str, Place]


def _points(base: dict[str, Any], axes: dict[str, list[Any]], cases: Any, seeds: Any) -> Iterator[_Point]:
    """Multiply cases, axes and seeds out."""
    shared = {name: (value, ("base", name)) for name, value in base.items()}
    listed = [[(name, value, ("axes", name, i)) for i, value in enumerate(values)] for name, values in axes.items()]
    for number, case in enumerate(cases or [{}]):
        own = {name: (value, ("cases", number, name)) for name, value in case.items() if name != "name"}
        for values in product(*listed):
            varied = {name: (value, place) for name, value, place in values}
            for i, seed in enumerate(seeds):
                settings = {**shared, **own, **varied, "seed": (seed, ("seeds", i))}
                yield _Point(
                    case=str(case.get("name", "")),
                    varied=tuple(varied),
                    settings={name: value for name, (value, _) in settings.items()},
                    places={name: place for name, (_, place) in settings.items()},
                )


def _id(point: _Point, spec: TrainingSpec) -> str:
    """Name a run; what it names can be the name of a file."""
    varied = [f"{name}={getattr(spec, name)}" for name in (*point.varied, "seed")]
    return ",".join([point.case, *varied] if point.case else varied)


def _mistakes_of_runs(data: dict[str, Any]) -> dict[tuple[Place, str], Any]:
    """Find what is wrong with the runs, as far as the file has the form of an experiment."""
    base, axes = (item if isinstance(item := data.get(key), dict) else {} for key in ("base", "axes"))
    axes = {name: values for name, values in axes.items() if isinstance(values, list) and values}
    cases, seeds = (item if isinstance(item := data.get(key), list | tuple) else () for key in ("cases", "seeds"))
    cases = [case.model_dump() if isinstance(case, Case) else case for case in cases]
    cases = [case if isinstance(case, dict) else {} for case in cases]
    seeds = [seed for seed in seeds if isinstance(seed, int) and 0 <= seed < 2**62] or [0]
    count = math.prod(map(len, axes.values())) * max(len(cases), 1) * len(seeds)
    if count > _MOST_RUNS:
        return {((), f"{count} runs are too many: at most {_MOST_RUNS}"): None}
    found: dict[tuple[Place, str], Any] = {}
    for place, settings in (
        (("base",), base),
        (("axes",), axes),
        *((("cases", i), case) for i, case in enumerate(cases)),
    ):
        if "seed" in settings:
            found[(*place, "seed"), "list seeds under `seeds`"] = settings["seed"]
        if place != ("axes",):
            for name in settings.keys() & axes.keys():
                found[(*place, name), "is an axis too: give it once"] = settings[name]
    ids: dict[str, str] = {}
    same: dict[str, str] = {}
    for point in _points(base, axes, cases, seeds):
        if mistakes := _mistakes(point.settings):
            wrong = {item["loc"][0] for item in mistakes if item["loc"]}
            # Settings that do not go together show only once each by itself is valid. In the place of one that is
            # not stands its default, of which the user is not to hear.
            rest = _mistakes({name: value for name, value in point.settings.items() if name not in wrong})
            mistakes += [item for item in rest if wrong and not any(str(name) in item["msg"] for name in wrong)]
            for item in mistakes:
                whole = ("runs", label) if (label := _label(point)) else ("base",)
                place = point.places.get(str(item["loc"][0]), item["loc"]) if item["loc"] else whole
                found.setdefault((place, _message(item["msg"])), item["input"])
            continue
        spec = TrainingSpec.model_validate(point.settings)
        id_ = _id(point, spec)
        if (first := same.setdefault(spec.model_dump_json(), id_)) != id_ or id_ in ids:
            found[("runs", id_), "is there twice" if id_ in ids else f"is the same run as {first}"] = None
        if len(id_) > _LONGEST_NAME:
            found[("axes",), f"a run is named by {len(id_)} characters, {id_}: at most {_LONGEST_NAME}"] = None
        ids[id_] = id_
    return found


def _mistakes(settings: dict[str, Any]) -> list[ErrorDetails]:
    try:
        TrainingSpec.model_validate(settings)
    except ValidationError as error:
        return error.errors()
    return []


def _label(point: _Point) -> str:
    """Name a run that is not valid."""
    return ",".join(
        [*([point.case] if point.case else []), *(f"{name}={point.settings[name]}" for name in point.varied)]
    )


def _message(text: str) -> str:
    return text.removeprefix("Value error, ")


def load(source: str, settings: Mapping[str, str] | None = None) -> Experiment:
    """Read an experiment.

    Parameters
    ----------
    source
        A YAML file, or the name of an experiment that is shipped.
    settings
        What replaces settings of the base, written as in YAML.

    Raises
    ------
    ExperimentError
        If there is none, or it has mistakes; all are listed, each with its place in the file.
    """
    try:
        text = (_SHIPPED / f"{source}.yaml").read_text() if source in SHIPPED else Path(source).read_text()
    except FileNotFoundError as error:
        raise ExperimentError(f"{source} is neither a file nor one of {', '.join(SHIPPED)}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentError(f"cannot read {source}: {error}") from error
    content = _parsed(text, source)
    replaced = {name: _parsed(value, f"--set {name}") for name, value in (settings or {}).items()}
    if not isinstance(content, dict):
        raise ExperimentError(
            f"{source}: an experiment holds settings by name, `name`, `title` and `source` among them"
        )
    if replaced and isinstance(base := content.get("base", {}), dict):
        content["base"] = base | replaced
    try:
        return Experiment.model_validate(content)
    except ValidationError as error:
        lines = [f"  {_path(item['loc'])}: {item['msg']}" for item in error.errors()]
        raise ExperimentError("\n".join([f"{source}: mistakes: {len(lines)}", *lines])) from error


def _parsed(text: str, source: str) -> Any:
    try:
        return read_yaml(text)
    except ValueError as error:
        raise ExperimentError(f"{source}: {error}") from error


def _path(place: Place) -> str:
    """Write a place as it is written in Python: `cases[3].mixing`."""
    path = ""
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.removeprefix(".") or "experiment"
