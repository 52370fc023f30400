"""Remember which counts were published, so that no later one reveals a small count together with them.

A memory holds the counts themselves, sealed. It is meant for one run of a command or one session of the app. It
compares counts, not names of files: a row that comes again with the same count is the same count.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from factgeo.people import privacy
from factgeo.people.privacy import SMALLEST, WITHHELD, Sealed, Shown

MOST_SUMS = 200  # beside those of the rows; then no new sum is told: to hold it against all would take too long

Sums = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Told:
    """Everything that was published, by key; :data:`NOTHING` is the empty memory.

    Attributes:
        shown: What may be known of each count and sum.
        sums: The keys that each sum adds up.
    """

    shown: Mapping[str, Shown]
    sums: Sums
    _counts: Sealed = field(repr=False)

    def names(self, row: Mapping[str, int]) -> dict[str, str]:
        """Return the keys of a row's counts in this memory; the keys are new if the row had other counts before."""
        known = privacy.with_totals(privacy.opened(self._counts), self.sums)
        for version in itertools.count(1):
            names = {key: key if version == 1 else f"{key}~{version}" for key in row}
            if all(known.get(names[key], count) == count for key, count in row.items()):
                break
        return names

    def further(self, counts: Mapping[str, int], sums: Sums) -> Told:
        """Return the memory with further counts and their sums; together they reveal no small count."""
        all_counts, all_sums = {**privacy.opened(self._counts), **counts}, {**self.sums, **sums}
        shown = privacy.suppress(all_counts, all_sums, public=self._public(all_counts, all_sums))
        return Told({**self.shown, **shown}, all_sums, Sealed(all_counts))

    def adding(self, sums: Sums) -> Told:
        """Return the memory with further sums of its counts; counts that were withheld stay withheld."""
        new = {name: parts for name, parts in sums.items() if name not in self.shown}
        if not new:
            return self
        silent_all = replace(self, shown={**dict.fromkeys(new, WITHHELD), **self.shown})
        if len(self.sums) + len(new) > MOST_SUMS + len(privacy.opened(self._counts)):
            return silent_all
        try:
            then = self.further({}, new)
        except ValueError:  # no way of telling them is safe beside what was told
            return silent_all
        small = {
            name for name in new if 0 < privacy.with_totals(privacy.opened(self._counts), then.sums)[name] < SMALLEST
        }
        silent = {name for name in new if then.shown[name] == WITHHELD and name not in small}
        return replace(then, sums={name: parts for name, parts in then.sums.items() if name not in silent})

    def _public(self, counts: Mapping[str, int], sums: Sums) -> dict[str, Shown]:
        """Return the published counts and sums; a sum that was withheld reveals nothing and is left out."""
        return {name: shown for name, shown in self.shown.items() if name in counts or name in sums}


NOTHING = Told({}, {}, Sealed({}))


def name_of_sum(parts: tuple[str, ...]) -> str:
    """Return the key of a sum, by the keys that it adds up; a sum of one key is that key."""
    return "+".join(parts)
