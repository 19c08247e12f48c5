"""match, evaluate: ask the matcher without HTTP."""

import json
import math
import sys
import time
from pathlib import Path
from typing import IO, Any, Literal

import click

from expertdb.commands import application, bulk, printing
from expertdb.database import transaction
from expertdb.schemas.shortlists import PreviewBody, ShortlistAnswer
from expertdb.services import evaluation, shortlists
from expertdb.services.actors import SYSTEM
from expertdb.wording import spoken
from matching import FileFault, Parameters


class Share(click.FloatRange):
    """A number from 0 to 1; NaN, which passes every comparison that a range makes, is none."""

    def __init__(self) -> None:
        super().__init__(0, 1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--title", default="", help="The request's title.")
@click.option("--text", default="", help="The request's text; - reads it from standard input.")
@click.option("--aspect", "aspects", multiple=True, help="A wanted vocabulary code; CODE:must for a must-have.")
@click.option("--size", default=10, show_default=True, help="How many candidates.")
@click.option("--json", "as_json", is_flag=True, help="Print the shortlist as the API answers it.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="en", show_default=True)
@click.option("--batch", type=_FILE, help="Match every request of a JSON Lines file: `id` and what a preview takes.")
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", help="Where a batch's answers go.")
@click.option("--processes", type=click.IntRange(1, 64), help="For a batch; one per processor when left out.")
@click.pass_context
def match(
    ctx: click.Context,
    title: str,
    text: str,
    aspects: tuple[str, ...],
    size: int,
    as_json: bool,
    language: str,
    batch: Path | None,
    out: IO[str],
    processes: int | None,
) -> None:
    """Print an explained shortlist for a request, or for every request of a file; nothing is stored."""
    if batch is not None:
        if title or text or aspects:
            raise click.UsageError("--batch takes requests from its file: leave --title, --text and --aspect out.")
        with application(ctx) as app:
            bulk.run(app, batch, out, processes, language)
        return
    text = sys.stdin.read() if text == "-" else text
    asked = {"title": title, "text": text, "size": size, "aspects": [_aspect(one) for one in aspects]}
    with application(ctx) as app, transaction(read_only=True) as session:
        body = printing.loaded(PreviewBody(), asked)
        shown = shortlists.preview(session, app.extensions["corpus"], body, actor=SYSTEM, now=app.extensions["clock"]())
    if as_json:
        click.echo(json.dumps(spoken(ShortlistAnswer().dump(shown), language), ensure_ascii=False, indent=1))
    else:
        printing.echo_shortlist(shown, language)


def _aspect(stated: str) -> dict[str, str]:
    code, _, need = stated.partition(":")
    return {"code": code, "need": need or "nice"}


@click.command()
@click.option("--experts", type=_FILE, required=True, help="Profiles in import format, JSON Lines.")
@click.option("--requests", type=_FILE, required=True, help="Requests with optional `wanted`, JSON Lines.")
@click.option("--judgments", type=_FILE, required=True, help="request<TAB>expert<TAB>grade lines.")
@click.option("--group-by", type=click.Choice(["request", "expert"]), default="request", show_default=True)
@click.option(
    "--baseline",
    type=Share(),
    default=0.0,
    show_default=True,
    help="Share of an expert's mean affinity over a background of requests that is subtracted.",
)
@click.option(
    "--semantic",
    type=Share(),
    default=0.0,
    show_default=True,
    help="Share of an expert's likeness in meaning that is added; takes the extra of this name.",
)
@click.option(
    "--as-served", is_flag=True, help="Read an expert's `kind` and an item's `verified` too: they count in the service."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(
    experts: Path,
    requests: Path,
    judgments: Path,
    group_by: Literal["request", "expert"],
    baseline: float,
    semantic: float,
    as_served: bool,
    as_json: bool,
) -> None:
    """Measure the matcher on judged data; needs no database and no settings."""
    parameters = Parameters(baseline=baseline, semantic=semantic)
    try:
        measured = evaluation.measure(
            experts, requests, judgments, group_by, as_served=as_served, parameters=parameters, clock=time.perf_counter
        )
    except (FileFault, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    if measured["pairwise_loss"]["value"] is None:
        click.echo("No request has judgments of different grades: there is little or nothing to measure.", err=True)
    if as_json:
        click.echo(json.dumps(measured, ensure_ascii=False))
    else:
        printing.echo_measures(measured)


COMMANDS = (match, evaluate)
