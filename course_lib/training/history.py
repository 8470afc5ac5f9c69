"""What happened in a run, one row per epoch. Needs neither a framework nor NumPy, so pages can read it fast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, float]

# What Keras calls a column, and what it is called here; with "val_" before it too.
KERAS_NAMES = {
    "acc": "accuracy",
    "binary_accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
    "learning_rate": "lr",
}


@dataclass
class History:
    """The rows of a run, one per epoch; `history["val_loss"]` is a column.

    `Trainer.fit` writes the columns epoch (from 1), loss and accuracy (means over the epoch's training
    batches, as the weights change), val_loss, val_accuracy, lr (of the epoch's last step) and seconds.

    >>> history = History.from_columns({"loss": [2.0, 1.0, 0.5], "val_loss": [2.1, 1.5, 1.7]})
    >>> history.best("val_loss")
    {'epoch': 2, 'loss': 1.0, 'val_loss': 1.5}
    """

    rows: list[Row] = field(default_factory=list)

    @classmethod
    def from_columns(cls, columns: Mapping[str, Sequence[float]]) -> "History":
        """Build a history from columns of equal length; a missing column `epoch` counts from 1.

        Raises:
            ValueError: if the columns differ in length.
            TypeError: if a value is not a number.
        """
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} has {length}" for name, length in lengths.items())
            raise ValueError(f"all columns must have one value per epoch, but {said}")
        count = next(iter(lengths.values()), 0)
        columns = {"epoch": range(1, count + 1), **columns}
        history = cls()
        for values in zip(*columns.values(), strict=True):
            history.append(dict(zip(columns, values, strict=True)))
        return history

    @classmethod
    def from_keras(cls, history: Any) -> "History":
        """Take over what `model.fit` of Keras returns, or the dictionary in its attribute `history`.

        Keras counts epochs from 0, here they count from 1. All kinds of accuracy are called accuracy, and
        learning_rate is called lr.

        Raises:
            ValueError: if the columns differ in length (a `validation_freq` other than 1), or two get the same name.
            TypeError: if a value is not a number.

        >>> History.from_keras({"sparse_categorical_accuracy": [0.5], "learning_rate": [0.1]}).rows
        [{'epoch': 1, 'accuracy': 0.5, 'lr': 0.1}]
        """
        columns: dict[str, list[float]] = {}
        if hasattr(history, "epoch"):
            columns["epoch"] = [epoch + 1 for epoch in history.epoch]
        for theirs, values in getattr(history, "history", history).items():
            prefix = "val_" if theirs.startswith("val_") else ""
            bare = theirs.removeprefix("val_")
            name = prefix + KERAS_NAMES.get(bare, bare)
            if name in columns:
                raise ValueError(
                    f"two columns would be called {name}, the second is Keras's {theirs}: leave one out"
                )
            columns[name] = [float(value) for value in values]
        return cls.from_columns(columns)

    def append(self, row: Mapping[str, Any]) -> None:
        """Add the row of one epoch.

        Raises:
            ValueError: if its columns are not those of the rows before it.
            TypeError: if a value is not a number.
        """
        if self.rows and set(row) != set(self.rows[0]):
            raise ValueError(f"a row must have the columns {', '.join(self.columns)}, got {', '.join(row)}")
        for name, value in row.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise TypeError(f"column {name} must hold numbers, got {value!r}: convert it with float()")
        self.rows.append(dict(row))

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.rows[0]) if self.rows else []

    def __getitem__(self, column: str) -> list[float]:
        if column not in self.columns:
            raise KeyError(
                f"there is no column {column!r}; there are {', '.join(self.columns) or 'no rows yet'}"
            )
        return [row[column] for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def best(self, metric: str = "val_loss") -> Row:
        """Return the row with the lowest value of a `...loss` or the highest of an `...accuracy`.

        The first of equal rows wins.

        Raises:
            KeyError: if there is no such column.
            ValueError: if its name ends with neither word.
        """
        values = self[metric]
        if metric.endswith("loss"):
            return dict(self.rows[values.index(min(values))])
        if metric.endswith("accuracy"):
            return dict(self.rows[values.index(max(values))])
        raise ValueError(f"best needs a column that ends with loss or accuracy, got {metric!r}")
