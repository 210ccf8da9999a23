"""The batches of a run: which models are asked by batch, and the one client of each.

An endpoint takes batches of one model each. What was sent lies beside the record, in a ledger for
each model, so that whoever goes on with the run finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from suasion.models.batch_ledger import Ledger
from suasion.models.batches import DEADLINE, Batches
from suasion.models.model import Model

if TYPE_CHECKING:
    from suasion.models.registry import Models


class ByBatch(NamedTuple):
    """A model that is asked by batch."""

    model: Model
    """The same at the price of batches, in a lane of its own."""
    batches: Batches
    deadline: float = DEADLINE
    """Seconds that a call may take."""


class Batching:
    """Who is asked by batch in one run; for one process."""

    def __init__(self, folder: Path, models: Callable[[], Models]) -> None:
        self._folder, self._models = folder, models
        self._known: dict[Model, ByBatch | None] = {}
        self._stopped: Callable[[], Exception] | None = None

    def of(self, model: Model) -> ByBatch | None:
        """How a model is asked by batch; None where its provider takes none."""
        if model not in self._known:
            self._known[model] = self._made(model)
        return self._known[model]

    def stop(self, why: Callable[[], Exception]) -> None:
        """Let nobody wait for a batch any longer: `why` is raised instead."""
        self._stopped = why
        for known in self._known.values():
            if known is not None:
                known.batches.stop(why)

    def _made(self, model: Model) -> ByBatch | None:
        endpoint = self._models().batch_endpoint(model)
        if endpoint is None:
            return None
        price = None if model.price is None else model.price.by_batch
        batches = Batches(endpoint, Ledger(self._folder / ledger_of(model)))
        if self._stopped is not None:
            batches.stop(self._stopped)
        return ByBatch(replace(model, price=price, by_batch=True), batches)


def ledger_of(model: Model) -> str:
    """The name of the file that says which batches hold calls of a model."""
    whose = f"{model.lane} {model.name}".encode("utf-8", "surrogatepass")
    return f"batches-{sha256(whose).hexdigest()[:16]}.jsonl"
