"""``factgeo compare``: two plans of one area, side by side."""

from __future__ import annotations

from pathlib import Path

import click

from factgeo.cli.options import FILE, command, json_flag, lang, out_options, print_json, progress, show


def compare_command() -> click.Command:
    """The command with its options."""
    parameters = [
        click.Argument(["a"], metavar="PLAN_A", type=FILE),
        click.Argument(["b"], metavar="PLAN_B", type=FILE),
        *out_options("out_comparison"),
        json_flag(),
        lang(),
    ]
    return command("compare", _compare, parameters)


def _compare(*, a: Path, b: Path, out: Path | None, overwrite: bool, as_json: bool) -> None:
    """Measure both plans as they stand and show what differs."""
    from factgeo import machine  # noqa: PLC0415
    from factgeo.atlas import pack  # noqa: PLC0415
    from factgeo.contract import comparison as comparison_contract  # noqa: PLC0415
    from factgeo.explore import compare  # noqa: PLC0415 - help must answer at once
    from factgeo.export import comparison as comparison_files  # noqa: PLC0415
    from factgeo.planning import pipeline, planfile  # noqa: PLC0415
    from factgeo.report import comparison as comparison_report  # noqa: PLC0415
    from factgeo.report.writers import terminal  # noqa: PLC0415

    atlas = pack.load()
    if out is not None:
        comparison_files.refuse_folder(out, overwrite=overwrite)
    left, right = (pipeline.given(atlas, planfile.read(path, atlas), progress) for path in (a, b))
    comparison = compare.compare(left, right, names=(machine.shown(a), machine.shown(b)))
    if out is not None:
        comparison_files.export_comparison(comparison, atlas, left, right, out, overwrite=overwrite)
    if as_json:
        print_json(comparison_contract.to_json(comparison))
    else:
        show("\n".join(terminal.lines(comparison_report.brief(comparison), item=terminal.HYPHEN)))
