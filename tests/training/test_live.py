"""Bars and curves: a notebook's outputs are replaced in place; elsewhere there are lines."""

import io
import re
import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib import plots
from course_lib.training import Callback, Checkpoint, History, LiveCurve, Progress, Recipe, Trainer, bars

START = """
import numpy as np, torch
from torch import nn
from course_lib.data import Dataset
from course_lib.training import Callback, Checkpoint, LiveCurve, Progress, Recipe, Trainer
torch.set_num_threads(1)
pixels = np.random.default_rng(0).integers(0, 255, (64, 4, 4, 3), dtype=np.uint8)
data = Dataset("noise", "train", "Noise", pixels, np.arange(64) % 2, ("a", "b"))
def fit(*callbacks, load=None):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(48, 2))
    trainer = Trainer(Recipe(epochs=4, lr=0.1, batch_size=16), callbacks, device="cpu")
    if load:
        trainer.load(load)
    trainer.fit(model, data, data)
    return trainer
"""
CELLS = {
    "start": START,
    "progress": "fit(Progress());",
    "curves": "watched = fit(LiveCurve(pause=0), Checkpoint('run.pt'))",
    "patient": "fit(LiveCurve(pause=3600));",
    "loaded": "fit(LiveCurve(), load='run.pt');",
    "broken": """
class Stop(Callback):
    def on_step(self, trainer, row):
        if row["step"] == 10:
            raise RuntimeError("killed")
try:
    fit(LiveCurve(pause=3600), Stop())
except RuntimeError:
    pass
""",
    "equal": """
import pickle
bare = fit()
same = all(torch.equal(a, b) for a, b in zip(bare.model.parameters(), watched.model.parameters()))
print(same, [a | {"seconds": 0} for a in bare.history.rows] == [a | {"seconds": 0} for a in watched.history.rows])
print(repr(watched.history))
""",
}


class Recorder(NotebookClient):
    """Keeps the messages that make or change an output, cell by cell."""

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] in ("display_data", "update_display_data", "stream", "error", "comm_open"):
            self.messages.setdefault(cell_index, []).append(msg)
        return super().process_message(msg, cell, cell_index)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """Cell → its messages, and cell → the outputs that are left in the notebook."""
    cells = [nbformat.v4.new_code_cell(code) for code in CELLS.values()]
    folder = tmp_path_factory.mktemp("notebook")
    client = Recorder(
        nbformat.v4.new_notebook(cells=cells),
        timeout=60,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.messages = {}
    client.execute()
    names = list(CELLS)
    messages = {name: client.messages.get(index, []) for index, name in enumerate(names)}
    return messages, {name: cell.outputs for name, cell in zip(names, cells, strict=True)}


def texts(messages, display):
    """Return the texts that one output showed, one after the other."""
    ids = list(dict.fromkeys(m["content"]["transient"]["display_id"] for m in messages))
    return [
        m["content"]["data"]["text/plain"]
        for m in messages
        if m["content"]["transient"]["display_id"] == ids[display]
    ]


LINE = r"epoch   {} of 4: loss \d\.\d{{4}}, accuracy \d+\.\d\d%; validation loss .* s"


def test_in_a_notebook_progress_is_one_output_with_a_line_per_epoch(notebook):
    messages, outputs = notebook
    kinds = [message["msg_type"] for message in messages["progress"]]
    assert kinds.count("display_data") == 1
    assert set(kinds) == {"display_data", "update_display_data"}
    assert len(outputs["progress"]) == 1
    lines = outputs["progress"][0]["data"]["text/plain"].splitlines()
    assert len(lines) == 4
    for epoch, line in enumerate(lines, start=1):
        assert re.fullmatch(LINE.format(epoch), line)


def test_in_a_notebook_the_bar_moves_below_the_lines(notebook):
    shown = texts(notebook[0]["progress"], 0)
    while_running = [text.splitlines() for text in shown[1:-1]]
    assert all(re.search(r"\| \d+/16 \[", lines[-1]) for lines in while_running)
    steps = [int(re.search(r"(\d+)/16", lines[-1])[1]) for lines in while_running]
    assert steps == sorted(steps)
    assert {4, 8, 12, 16} <= set(steps)
    assert max(len(line) for lines in while_running for line in lines[-1:]) <= 79


def test_no_widget_is_left_in_a_notebook(notebook):
    for name, messages in notebook[0].items():
        assert "comm_open" not in [message["msg_type"] for message in messages], name


def test_live_curves_replace_one_output_from_the_second_epoch_on(notebook):
    messages, _ = notebook
    kinds = [message["msg_type"] for message in messages["curves"]]
    assert kinds.count("display_data") == 2
    assert set(kinds) == {"display_data", "update_display_data"}
    alts = texts(messages["curves"], 1)
    assert alts[0] == ""
    assert [re.search(r"over (\d) epochs", alt)[1] for alt in alts[1:]] == ["2", "3", "4"]


def test_what_live_curves_leave_is_the_last_line_and_the_figure_of_the_whole_run(notebook):
    _, outputs = notebook
    line, figure = (output["data"] for output in outputs["curves"])
    assert re.fullmatch(LINE.format(4), line["text/plain"])
    history = eval(outputs["equal"][0]["text"].splitlines()[1], {"History": History})
    assert figure["text/html"] == plots.learning_curves(history).html


def test_curves_are_drawn_once_if_the_pause_is_longer_than_the_run(notebook):
    alts = texts(notebook[0]["patient"], 1)
    assert [re.search(r"over (\d) epochs", alt)[1] for alt in alts[1:]] == ["2", "4"]


def test_a_run_that_is_loaded_shows_the_curves_it_has(notebook):
    alts = texts(notebook[0]["loaded"], 1)
    assert [re.search(r"over (\d) epochs", alt)[1] for alt in alts[1:]] == ["4"]


def test_a_run_that_breaks_off_leaves_the_curves_so_far_and_no_bar(notebook):
    line, figure = (output["data"] for output in notebook[1]["broken"])
    assert re.fullmatch(LINE.format(2), line["text/plain"])
    assert "over 2 epochs" in figure["text/plain"]


def test_in_a_notebook_a_run_with_curves_equals_one_without(notebook):
    assert notebook[1]["equal"][0]["text"].splitlines()[0] == "True True"


# Outside a notebook


def trainer(callbacks, epochs=3):
    return Trainer(Recipe(epochs=epochs, lr=0.1, batch_size=16), callbacks, device="cpu")


@pytest.mark.parametrize("make", [Progress, LiveCurve])
def test_in_a_log_file_there_is_a_line_per_epoch_and_no_bar(capsys, make_model, train, valid, make):
    trainer([make()]).fit(make_model(), train, valid)
    out, err = capsys.readouterr()
    assert [line[:14] for line in out.splitlines()] == [f"epoch   {n} of 3" for n in (1, 2, 3)]
    assert err == ""


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("make", [Progress, LiveCurve])
def test_in_a_terminal_there_is_a_bar_that_a_resumed_run_goes_on_with(
    tmp_path, monkeypatch, capsys, make_model, train, valid, make
):
    class Kill(Callback):
        def on_epoch(self, trainer, row):
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        trainer([Checkpoint(tmp_path / "run.pt"), Kill()]).fit(make_model(), train, valid)
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    run = trainer([make()])
    run.load(tmp_path / "run.pt")
    run.fit(make_model(), train, valid)
    steps = [int(step) for step in re.findall(r"\| (\d+)/18 \[", screen.getvalue())]
    assert steps[0] == 6
    assert steps[-1] == 18
    assert screen.getvalue().endswith("\r")  # the bar is wiped out
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("make", [Progress, LiveCurve])
@pytest.mark.parametrize("in_notebook", [False, True])
def test_of_several_processes_the_others_show_nothing(monkeypatch, capsys, make, in_notebook):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(bars, "in_notebook", lambda: in_notebook)
    monkeypatch.setattr("course_lib.training.live.in_notebook", lambda: in_notebook)
    row = {"epoch": 1, "loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5, "seconds": 1.0}
    other = SimpleNamespace(
        fabric=SimpleNamespace(is_global_zero=False),
        history=History([row, row]),
        recipe=Recipe(epochs=2, lr=0.1),
        total_steps=2,
        step=0,
    )
    callback = make()
    callback.on_start(other)
    callback.on_step(other, {})
    callback.on_epoch(other, row)
    callback.on_end(other)
    assert sys.stderr.getvalue() == ""
    assert capsys.readouterr().out == ""
