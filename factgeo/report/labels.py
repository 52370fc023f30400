"""What measures, reasons, readings and parts of the country are called: entries of the catalogue by their codes."""

from __future__ import annotations

LISTED = 10  # places, units or pairs that the words list
PRESETS = {"report-2017": "reach.preset.report", "slide": "reach.preset.slide", "planner": "reach.preset.planner"}
PARTS = {
    "county_name": "reach.part.county",
    "hf_name": "reach.part.hf",
    "helsefellesskap": "reach.part.helsefellesskap",
}
READING_NAMES = {
    "narrow": "reach.today.name.narrow",
    "wide": "reach.today.name.wide",
    "any": "reach.today.name.any",
}
EDGES = {
    "maximum": "reach.edge.maximum",
    "percentile_95": "reach.edge.percentile",
    "share_90": "reach.edge.share",
}
OUT_WORDS = {
    "too_few": "reach.out.too_few",
    "too_far": "reach.out.too_far",
    "no_road": "reach.out.no_road",
    "cut_off": "reach.out.cut_off",
    "locked": "reach.out.locked",
    "too_small": "reach.out.too_small",
    "beyond": "reach.out.beyond",
    "unreachable": "reach.out.unreachable",
}
