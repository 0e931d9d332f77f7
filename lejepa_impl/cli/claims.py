"""`claims`: list the ledger."""

import json
import sys
from typing import Annotated

import typer

from lejepa_impl.cli import console


def claims_command(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """List the claims of the ledger with the verdicts that they expect."""
    from lejepa_impl.report import table
    from lejepa_impl.report.run import full_ledger

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
    console.out.print(table.ledger_table(ledger))
