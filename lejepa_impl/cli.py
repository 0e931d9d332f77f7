"""The command line of the companion."""

import difflib
import errno
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import numpy as np
import torch
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from lejepa_impl.experiments.results import ResultsError
from lejepa_impl.experiments.run import Job
from lejepa_impl.experiments.spec import SHIPPED, Experiment, ExperimentError
from lejepa_impl.experiments.spec import load as load_experiment
from lejepa_impl.experiments.sweep import SweepError, sweep
from lejepa_impl.files import UnwritableError, require_writable, write_atomically
from lejepa_impl.report import page, table
from lejepa_impl.report.plain import drawn, one_line, plain
from lejepa_impl.report.run import full_ledger, verify
from lejepa_impl.report.spectrum import spectrum_json, spectrum_table
from lejepa_impl.report.spectrum import summary as spectrum_summary
from lejepa_impl.report.tables.report import ExperimentReport
from lejepa_impl.report.tables.runs import MADE, read_runs
from lejepa_impl.report.world import world_table
from lejepa_impl.train.checkpoint import CheckpointError, load, save
from lejepa_impl.train.loop import TrainingError, evaluate, train
from lejepa_impl.train.spec import FAST, QUICK, TrainingSpec, invalid
from lejepa_impl.train.world import mixing_of
from lejepa_impl.validation.spectroscopy import degree_spectrum
from proofs_numeric.trajectories import Trajectories
from proofs_numeric.worlds.recorded import verdict_on_record
from proofs_numeric.worlds.spec import faults, load_world
from proofs_numeric.worlds.verdict import verdict
from proofs_numeric.worlds.world import World
from theory.claim import Claim, Kind, Profile
from theory.ledger import Ledger, Outcome
from theory.papers import PAPERS

app = typer.Typer(
    help="Verify the theory of LeJEPA world models, and put encoders to its test.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
#: What a disk says on which there is no room, or not for one file.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_Spec = Annotated[str, typer.Argument(help=f"YAML file of an experiment, or one of {', '.join(SHIPPED)}.")]
_Settings = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE in the place of a setting of the base.")]
_out, _err = Console(emoji=False), Console(stderr=True, emoji=False)


class UserError(ValueError):
    """A mistake in how a command was called."""


class InterruptedCommandError(RuntimeError):
    """A command that the user stopped."""


def main() -> None:
    """Run the command line; exit with 2 on the user's mistake, 1 on a failed verification and 130 when interrupted."""
    try:
        app()
    except ValidationError as error:
        _mistake(invalid(error))
    except (UserError, CheckpointError, TrainingError, ExperimentError, ResultsError, SweepError) as error:
        _mistake(_with_notes(str(error), error))
    except UnwritableError as error:
        advice = "make room there or choose" if error.errno in _FULL else "choose"
        _mistake(_with_notes(f"cannot write {error.filename}: {error.strerror}; {advice} another path by --out", error))
    except OSError as error:
        _mistake(_with_notes(str(error), error))
    except InterruptedCommandError as error:
        _mistake(str(error), 128 + signal.SIGINT)


@app.command("verify")
def verify_command(
    profile: Annotated[Profile, typer.Option(help="How much work the checks do.")] = Profile.QUICK,
    out: Annotated[Path, typer.Option(help="Folder of verify.json and verify.html.")] = Path("reports"),
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes; default: one per processor.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Run all evidence, judge every claim, write the report."""
    files = {suffix: out / f"verify.{suffix}" for suffix in ("json", "html")}
    for path in files.values():
        require_writable(path)
    ledger = full_ledger()
    with _progress("checks") as progress:
        task = progress.add_task("starting", total=sum(map(len, ledger.evidence.values())))

        def advance(outcome: Outcome) -> None:
            progress.update(task, advance=1, description=f"{outcome.evidence.claim}: {outcome.evidence.name}")

        report = verify(ledger, profile, jobs=jobs, on_outcome=advance)
    write_atomically(files["json"], report.to_json().encode())
    write_atomically(files["html"], page.render(ledger, report).encode())
    if as_json:
        sys.stdout.write(report.to_json() + "\n")
    else:
        _out.print(table.report_table(report), table.summary(report))
        _out.print(f"{files['json']} holds the record, {files['html']} the statements and proofs.")
    if not report.passed:
        raise typer.Exit(1)


@app.command()
def claims(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """List the claims of the ledger with the verdicts that they expect."""
    ledger = full_ledger()
    if as_json:
        listed = [
            {
                "id": claim.id,
                "paper": claim.paper,
                "locator": claim.locator,
                "role": claim.role,
                "title": claim.title,
                "says": claim.says,
                "expected_verdict": claim.expected,
                "sibling_of": claim.sibling_of,
            }
            for claim in ledger.claims.values()
        ]
        sys.stdout.write(json.dumps(listed, indent=2) + "\n")
        return
    _out.print(table.ledger_table(ledger))


@app.command()
def explain(claim: Annotated[str, typer.Argument(help="Identifier of a claim; see `claims`.")]) -> None:
    """Show a claim with its proof, and recompute its evidence on the spot (training left out)."""
    ledger = full_ledger()
    chosen = _find(ledger, claim)
    part = ledger.around(claim, without=Kind.TRAINED)
    with _progress("checks") as progress:
        task = progress.add_task(claim, total=sum(map(len, part.evidence.values())))
        report = verify(part, Profile.QUICK, jobs=1, on_outcome=lambda _: progress.advance(task))
    recorded = next(item for item in report.claims if item.id == claim)

    _out.rule(f"[bold]{chosen.title}")
    _out.print(f"{chosen.id}: {PAPERS[chosen.paper].source}, {chosen.locator}", style="dim")
    _out.print(plain(chosen.says), "", drawn(chosen.statement), "", sep="\n", highlight=False, markup=False)
    _out.print(f"verdict: [bold]{recorded.verdict}[/] {recorded.reason}", highlight=False)
    for heading, lines in (
        ("assumptions", [plain(text) for text in chosen.assumptions.values()]),
        ("background", [f"{id_}: {ledger.claims[id_].title}" for id_ in chosen.background]),
        (
            "proof",
            [
                f"{step.key}: {plain(step.says)}{f' By {chr(44).join(step.by)}.' if step.by else ''}"
                for step in chosen.steps
            ],
        ),
        (
            "evidence, recomputed",
            [
                f"{item.kind}, {item.title} {'' if item.passed else item.detail}"
                f" [{page.value(item.covered)}] {item.seconds:.2f} s"
                for item in recorded.evidence
            ],
        ),
        ("siblings that must fail", [f"{sibling.id}: {sibling.title}" for sibling in ledger.siblings(claim)]),
    ):
        if lines:
            _out.print(f"\n[bold]{heading}[/]")
            for line in lines:
                _out.print(f"  • {line}", highlight=False, markup=False)
    if not recorded.as_expected:
        raise typer.Exit(1)


@app.command("train")
def train_command(
    out: Annotated[Path, typer.Option(help="Checkpoint to write.")] = Path("checkpoints/encoder.safetensors"),
    recipe: Annotated[
        str,
        typer.Option(
            help="quick (a minute on two cores), fast (last layer solved) or paper (W's two-dimensional experiment)."
        ),
    ] = "quick",
    rho: Annotated[float | None, typer.Option(help="Pair correlation.")] = None,
    dim: Annotated[int | None, typer.Option(help="Number of latents.")] = None,
    world: Annotated[
        str | None, typer.Option(help="gaussian, channel, diffusion, autoregression or hyperbolic.")
    ] = None,
    shape: Annotated[float | None, typer.Option(help="Shape of latents that are not Gaussian.")] = None,
    pairs: Annotated[str | None, typer.Option(help="transition, or one_parent: two views of one parent.")] = None,
    mixing: Annotated[str | None, typer.Option(help="identity, spiral, banana, sinusoid or coupling.")] = None,
    mixing_layers: Annotated[int | None, typer.Option(help="Layers of the mixing coupling.")] = None,
    encoder: Annotated[str | None, typer.Option(help="mlp, or matched: the inverse of the mixing coupling.")] = None,
    hidden: Annotated[int | None, typer.Option(help="Width of the perceptron.")] = None,
    depth: Annotated[int | None, typer.Option(help="Layers of the encoder.")] = None,
    objective: Annotated[str | None, typer.Option(help="lejepa, infonce or barlow_twins.")] = None,
    regularizer: Annotated[str | None, typer.Option(help="sigreg, whitening or vicreg, for lejepa.")] = None,
    regularizer_weight: Annotated[float | None, typer.Option(help="Weight lambda of the regularizer.")] = None,
    convex: Annotated[bool | None, typer.Option(help="Weight 1 - lambda of the alignment, or 1.")] = None,
    around_pair_mean: Annotated[bool | None, typer.Option(help="Alignment |h1-h2|^2/4, or |h1-h2|^2.")] = None,
    over_dimensions: Annotated[bool | None, typer.Option(help="Alignment a mean over dimensions, or a sum.")] = None,
    pooled: Annotated[bool | None, typer.Option(help="Regularize both views as one sample, or each.")] = None,
    scaled: Annotated[bool | None, typer.Option(help="Multiply SIGReg by the number of samples, or not.")] = None,
    slices: Annotated[int | None, typer.Option(help="Directions of SIGReg at each step.")] = None,
    knots: Annotated[int | None, typer.Option(help="Knots of SIGReg.")] = None,
    t_max: Annotated[float | None, typer.Option(help="Last knot of SIGReg.")] = None,
    centred: Annotated[bool | None, typer.Option(help="Let whitening penalise the mean, or not.")] = None,
    mean_over_entries: Annotated[bool | None, typer.Option(help="Whitening a mean over entries, or a sum.")] = None,
    variance: Annotated[float | None, typer.Option(help="Weight of the variance term of VICReg.")] = None,
    covariance: Annotated[float | None, typer.Option(help="Weight of the covariance term of VICReg.")] = None,
    kernel_width: Annotated[float | None, typer.Option(help="Width of the Gaussian kernel of InfoNCE.")] = None,
    off_diagonal: Annotated[float | None, typer.Option(help="Off-diagonal weight of Barlow Twins.")] = None,
    steps: Annotated[int | None, typer.Option(help="Training steps.")] = None,
    batch: Annotated[int | None, typer.Option(help="Pairs at each step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Learning rate of AdamW.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Weight decay of AdamW.")] = None,
    warm_up: Annotated[int | None, typer.Option(help="Steps over which the learning rate rises.")] = None,
    last_layer: Annotated[str | None, typer.Option(help="trained or solved.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of weights and data.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda.")] = None,
) -> None:
    """Train an encoder in a world and save it."""
    given = {key: value for key, value in locals().items() if key not in ("out", "recipe") and value is not None}
    recipes = {"quick": QUICK, "fast": FAST, "paper": TrainingSpec()}
    if recipe not in recipes:
        raise UserError(f"recipe {recipe!r} is unknown: use {', '.join(recipes)}")
    spec = TrainingSpec.model_validate(recipes[recipe].model_dump() | given)
    require_writable(out)
    with _interruptible("nothing is saved"), _progress("steps") as progress:
        task = progress.add_task("training", total=spec.steps)
        checkpoint = train(
            spec,
            lambda step, loss: progress.update(task, completed=step, description=f"objective {loss:.4f}"),
        )
    recovery = evaluate(checkpoint)
    save(out, checkpoint)
    _out.print(
        f"R2(h->z) {recovery.r2_embedding_to_latent:.4f}, "
        f"normalised orthogonality error {recovery.normalized_orthogonality_error:.3f}, "
        f"alignment loss {recovery.alignment_loss:.4f}; saved to {out}",
        highlight=False,
    )


@app.command("sweep")
def sweep_command(
    spec: _Spec,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; default: results/NAME.")] = None,
    set_: _Settings = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Local processes; default: one per processor.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Dask scheduler to use instead, tcp://HOST:PORT.")] = None,
    together: Annotated[
        int, typer.Option(min=1, help="Runs that a process trains in a batch, where they can share one.")
    ] = 1,
    checkpoint_seconds: Annotated[
        float, typer.Option(min=0, help="Training that may be lost when a process is killed, in seconds.")
    ] = 30,
) -> None:
    """Train what an experiment lists, and write its table; started again, go on where it was stopped."""
    experiment = _experiment(spec, set_)
    folder = out or Path("results") / experiment.name
    total = sum(job.specs[0].steps for job in Job.of(experiment, together))
    done: dict[str, int] = {}
    with _interruptible(), _progress("steps", TextColumn("left"), TimeRemainingColumn()) as progress:
        task = progress.add_task(experiment.name, total=total)

        def advance(job: Job, step: int) -> None:
            # Words of a worker may come late, and a worker that takes over starts below.
            done[job.id] = max(done.get(job.id, 0), step)
            progress.update(task, completed=sum(done.values()), description=job.id)

        runs = sweep(
            experiment,
            folder,
            workers=workers or os.cpu_count() or 1,
            scheduler=scheduler,
            together=together,
            seconds=checkpoint_seconds,
            on_progress=advance,
        )
    _out.print(
        f"{runs['finished']} runs finished, {runs['failed']} failed; {folder / 'results.parquet'} holds them.",
        highlight=False,
    )


@app.command("report")
def report_command(
    spec: _Spec,
    results: Annotated[Path | None, typer.Option(help="Folder of its results; default: results/NAME.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report; default: that of the results.")] = None,
    set_: _Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Lay out the results of an experiment, beside W's tables where these have it."""
    experiment = _experiment(spec, set_)
    folder = results or Path("results") / experiment.name
    found = ExperimentReport(experiment.name, experiment.title, read_runs(folder, experiment))
    document = found.document()
    content = {"report.md": document.markdown(), "report.html": document.html()} | document.figures()
    content[MADE] = found.runs.made.model_dump_json(indent=1) + "\n"
    for name, text in content.items():
        write_atomically((out or folder) / name, text.encode())
    if as_json:
        sys.stdout.write(json.dumps(found.json(), indent=2, allow_nan=False) + "\n")
    else:
        _out.print(*found.summary(), sep="\n", highlight=False, markup=False, soft_wrap=True)
        _out.print(f"{out or folder} holds {', '.join(content)}.", highlight=False, markup=False, soft_wrap=True)


def _experiment(spec: str, settings: list[str] | None) -> Experiment:
    """Read the experiment that the user named."""
    if wrong := [setting for setting in settings or [] if "=" not in setting]:
        raise UserError(f"--set {wrong[0]}: give NAME=VALUE")
    return load_experiment(spec, dict(setting.split("=", 1) for setting in settings or []))


@app.command()
def spectrum(
    encoder: Annotated[
        str, typer.Argument(help="Checkpoint, or MODULE:OBJECT of a callable on latents of shape (B, n).")
    ],
    dim: Annotated[int | None, typer.Option(min=1, help="Number of latents n, for MODULE:OBJECT.")] = None,
    samples: Annotated[int, typer.Option(help="Rings of latents; intervals shrink as their square root.")] = 4096,
    max_degree: Annotated[int, typer.Option(help="Largest degree shown by itself.")] = 6,
    confidence: Annotated[float, typer.Option(help="Coverage of each interval.")] = 0.95,
    seed: Annotated[int, typer.Option(help="Seed of the latents.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Measure the variance of an encoder at each Hermite degree."""
    map_, latents = _latent_map(encoder, dim)
    try:
        measured = degree_spectrum(
            map_, latents, samples=samples, max_degree=max_degree, confidence=confidence, seed=seed
        )
    except ValueError as error:
        raise UserError(" ".join(str(error).split())) from error
    if as_json:
        sys.stdout.write(json.dumps(spectrum_json(measured), indent=2) + "\n")
    else:
        _out.print(spectrum_table(measured), spectrum_summary(measured), highlight=False)


@app.command("world")
def world_command(
    source: Annotated[
        str, typer.Argument(help="MODULE:OBJECT of a world, a specification (.yaml), or trajectories (.npy, .csv).")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say which assumptions a world satisfies, its spectrum, and whether its latents are linearly identified."""
    try:
        # What is not finite is refused where it decides, or has wide bars.
        with np.errstate(all="ignore"):
            judged = _judge(source)
    except ValidationError as error:
        raise UserError(f"{source}: {faults(error)}") from error
    except (ValueError, OSError) as error:
        message = str(error)
        raise UserError(message if source in message else f"{source}: {message}") from error
    if as_json:
        sys.stdout.write(json.dumps(judged, indent=2, allow_nan=False) + "\n")
    else:
        _out.print(world_table(judged), highlight=False, markup=False)


def _judge(source: str) -> dict[str, Any]:
    """Judge what the user named."""
    path = Path(source)
    if path.suffix in (".npy", ".csv"):
        return verdict_on_record(Trajectories.load(path))
    if path.suffix in (".yaml", ".yml"):
        return verdict(load_world(path))
    found = _object(source)
    if not isinstance(found, World):
        kind = f"the class {found.__name__}" if isinstance(found, type) else f"a {type(found).__name__}"
        raise UserError(f"{source} is {kind}, not a world of proofs_numeric.worlds")
    return verdict(found)


def _object(name: str) -> Any:
    """Import MODULE:OBJECT, from the working folder too."""
    module, colon, attribute = name.partition(":")
    if not colon:
        raise UserError(f"{name} is neither MODULE:OBJECT nor the name of a file of a known kind")
    sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(importlib.import_module(module), attribute)
    # Importing runs code of the user's, which may raise anything.
    except (Exception, SystemExit) as error:
        raise UserError(f"cannot load {name} as MODULE:OBJECT: {one_line(error)}") from error


def _latent_map(encoder: str, dim: int | None) -> tuple[Callable[[torch.Tensor], torch.Tensor], int]:
    """Resolve what the user named to a map of the latents."""
    if ":" not in encoder or Path(encoder).exists():
        checkpoint = load(Path(encoder))
        if checkpoint.spec.world != "gaussian":
            raise UserError(
                f"{encoder} was trained in the world {checkpoint.spec.world}: a spectrum is of the Gaussian"
            )
        mixing = mixing_of(checkpoint.spec)
        return lambda latent: checkpoint.encoder(mixing.observe(latent)), checkpoint.spec.dim
    if dim is None:
        raise UserError(f"the number of latents of {encoder} is not known: give it by --dim")
    found = _object(encoder)
    if not callable(found):
        raise UserError(f"{encoder} is a {type(found).__name__}, not a callable on latents")
    return found, dim


def _find(ledger: Ledger, id_: str) -> Claim:
    if id_ in ledger.claims:
        return ledger.claims[id_]
    near = difflib.get_close_matches(id_, ledger.claims, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else "see `lejepa-companion claims`"
    raise UserError(f"there is no claim {id_!r}: {hint}")


def _progress(unit: str, *more: ProgressColumn) -> Progress:
    return Progress(
        TextColumn("{task.description}", table_column=None),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        *more,
        console=_err,
        transient=True,
    )


@contextmanager
def _interruptible(kept: str | None = None) -> Iterator[None]:
    """Name what is kept when the user interrupts a command, unless a note does."""
    try:
        yield
    except KeyboardInterrupt as stop:
        raise InterruptedCommandError(_with_notes("interrupted", stop, *([kept] if kept else []))) from stop


def _with_notes(message: str, error: BaseException, *more: str) -> str:
    return "; ".join([message, *getattr(error, "__notes__", []), *more])


def _mistake(message: str, code: int = 2) -> NoReturn:
    _err.print(f"lejepa-companion: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
