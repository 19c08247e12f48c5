"""How commands say things: shortlists for people, faults of the options, measures as a table."""

from collections.abc import Mapping
from typing import Any

import click
from marshmallow import Schema, ValidationError

from expertdb.code_words import why_out
from expertdb.commands import counted
from expertdb.errors import InvalidInput
from expertdb.schemas.faults import faults_of
from expertdb.schemas.reason_words import REST, sayable
from expertdb.services.imports import Duplicate, Report
from expertdb.services.shown import Shown
from expertdb.wording import Text, say, spoken

# What stands for the title where an item is the statement or the curated codes.
UNTITLED = {
    "statement": Text("(statement)"),
    "codes": Text("(curated codes)"),
    "profile": Text("(the profile as a whole)"),
}


def loaded(schema: Schema, stated: Mapping[str, Any]) -> dict[str, Any]:
    """What the options say, checked by the schema of the API; raises InvalidInput."""
    try:
        body: dict[str, Any] = schema.load(stated)
    except ValidationError as error:
        raise InvalidInput(*faults_of(error.messages)) from error
    return body


def echo_request(body: Mapping[str, Any]) -> None:
    """Print what is asked for."""
    click.secho(f"\n{body['title']}", bold=True)
    click.echo(body["text"])


def echo_shortlist(shown: Shown, language: str) -> None:
    """Print a shortlist with its reasons."""
    if not shown.entries:
        click.echo(say(Text("Nobody in the pool fits this request."), language))
    for entry in shown.entries:
        _echo_entry(entry, language)
    _echo_left_out(shown, language)
    for gap in shown.gaps:
        click.echo(say(Text("Nobody holds {code}.", code=gap["code"]), language))


def _echo_entry(entry: Mapping[str, Any], language: str) -> None:
    expert, reasons = entry["expert"], entry["reasons"]
    name = " / ".join(expert["name"].values())
    click.secho(f"\n{entry['rank']:>2}. {name}  {entry['affinity']:.3f}", bold=True)
    for item in reasons["items"][:3]:
        year = f", {item['year']}" if item["year"] else ""
        words = "、".join(item["words"][:6])
        click.echo(
            f"    {item['share']:>4.0%}  {item['title'] or say(UNTITLED[item['kind']], language)}{year}  [{words}]"
        )
    reasons = spoken(sayable(reasons), language)
    terms = [term for term in reasons["terms"] if term["field"] != REST][:5]
    said = "; ".join(f"{term['label']} {term['contribution']:.3f}" for term in terms)
    click.echo(f"    {say(Text('terms'), language)}: {said}")
    for one in reasons["adjustments"]:
        click.echo(f"    {one['label']} {one['detail']} {one['value']:+.3f}")


def _echo_left_out(shown: Shown, language: str) -> None:
    counts = ", ".join(f"{say(why_out(reason), language)} {count}" for reason, count in sorted(shown.left_out.items()))
    click.echo(say(Text("\nLeft out: {counts}.", counts=counts or "-"), language))


def echo_import(report: Report) -> None:
    """Print what an import found and did; faults and notes go to standard error."""
    for fault in report.faults:
        column = getattr(fault, "column", None)
        click.echo(f"{fault.pointer}: {f'[{column}] ' if column else ''}{fault.detail}", err=True)
    for note in report.notes:
        click.echo(f"{note.pointer}: {note.detail}", err=True)
    for one in report.duplicates:
        if one.decision:  # The rest are among the faults.
            click.echo(_duplicate(one), err=True)
    if report.faults:
        return
    counts = report.planned if report.dry_run else report.done
    merged = [f"{counts[name]} {name}" for name in ("merged", "unchanged", "skipped") if counts.get(name)]
    entered = "0 experts entered (dry run)" if report.dry_run else f"{counted(counts['created'], 'expert')} entered"
    would = [f"{counts['created']} would be entered"] if report.dry_run and counts["created"] != report.rows else []
    read = f"{counted(report.rows, 'row')} read"
    click.echo(f"{', '.join([read, entered, *would, *merged])}.")


def _duplicate(one: Duplicate) -> str:
    whom = f"expert {one.match.expert}" if one.match.expert else f"row {one.match.other}"
    changes = ", ".join(
        f"{what} {', '.join(names)}"
        for what, names in (("fills", one.merge.filled), ("replaces", one.merge.replaced), ("keeps", one.merge.kept))
        if names
    )
    decided = f": {one.decision}" if one.decision else ""
    more = f"; {changes}" if changes else ""
    return f"/rows/{one.match.row}: same {one.match.why} as {whom} ({one.match.weight}){decided}{more}"


def echo_measures(measured: Mapping[str, Any]) -> None:
    """Print the measures of an evaluation with their intervals."""
    click.echo("{method}: {n_requests} requests, {n_experts} experts, {seconds:.1f} s".format(**measured))
    for name, value in measured.items():
        if isinstance(value, dict):
            none = value["value"] is None
            click.echo(f"{name:<14} " + ("-" if none else "{value:.3f}  [{low:.3f}, {high:.3f}]".format(**value)))
