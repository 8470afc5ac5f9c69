"""Keras callbacks: histograms of gradients for TensorBoard, and early stopping and checkpoints as this room's are."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

__all__ = ["GradientHistograms", "keras_callbacks"]

LOSS_FILE, ACCURACY_FILE = "best_val_loss.weights.h5", "best_val_accuracy.weights.h5"


def keras_callbacks(folder: Path, patience: int = 3) -> list[keras.callbacks.Callback]:
    """Return Keras's callbacks that do what `EarlyStopping` and two `BestCheckpoint`s do on PyTorch's side.

    - The run stops after `patience` epochs without a new lowest validation loss, whether it rose or fell between
      them; the model keeps the weights of the last epoch.
    - best_val_loss.weights.h5 and best_val_accuracy.weights.h5 in `folder` hold the weights of the best epoch by
      either measure, which can be two epochs; the first of equal ones wins. `model.load_weights(path)` reads them
      into a model that was built in the same way.

    Keras's defaults would do the same, but for the mode, which is said here because "auto" guesses it by the name.

    Raises:
        ValueError: if patience is not a whole number of at least 1.
    """
    if not isinstance(patience, int) or isinstance(patience, bool) or patience < 1:
        raise ValueError(f"patience must be a whole number of at least 1 epoch, got {patience!r}")
    best = {"save_best_only": True, "save_weights_only": True}
    loss, accuracy = Path(folder) / LOSS_FILE, Path(folder) / ACCURACY_FILE
    return [
        keras.callbacks.EarlyStopping("val_loss", min_delta=0, patience=patience, mode="min"),
        keras.callbacks.ModelCheckpoint(str(loss), monitor="val_loss", mode="min", **best),
        keras.callbacks.ModelCheckpoint(str(accuracy), monitor="val_accuracy", mode="max", **best),
    ]


class GradientHistograms(keras.callbacks.Callback):
    """Write a histogram of the loss's gradient for every weight, after every epoch, for TensorBoard.

    The gradient is that of the mean cross-entropy on one fixed batch, with the model as in training: dropout is on and
    batch norm takes the batch's statistics. Running statistics and random generators are put back afterwards, so the
    run is the same as without the callback. The tags are gradients/layer/weight and epochs count from 0, as in
    `keras.callbacks.TensorBoard`, whose weight histograms can lie in the same folder. What is not finite is left out,
    and the scalar gradients_not_finite counts it.

    Args:
        log_dir: the folder that TensorBoard is pointed at.
        images: what the model takes, (N, H, W, C), normalized as in training.
        labels: the index of each image's class, (N,).
    """

    def __init__(self, log_dir: Path, images: np.ndarray, labels: np.ndarray):
        super().__init__()
        if len(images) != len(labels) or not len(labels):
            raise ValueError(
                f"there must be a label for each image, and one image at least, got {len(images)} images and "
                f"{len(labels)} labels"
            )
        self.log_dir, self.images, self.labels = Path(log_dir), tf.convert_to_tensor(images), labels
        self.loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.writer = None

    def gradients(self) -> dict[str, np.ndarray]:
        """Return ∂loss/∂weight on the batch by the weight's path; a weight that the loss does not reach is left out."""
        kept = [(variable, variable.numpy()) for variable in self.model.non_trainable_variables]
        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.loss(self.labels, self.model(self.images, training=True))
        found = tape.gradient(loss, [weight.value for weight in weights])
        for variable, value in kept:
            variable.assign(value)
        return {w.path: g.numpy() for w, g in zip(weights, found, strict=True) if g is not None}

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Open the file."""
        self.writer = tf.summary.create_file_writer(str(self.log_dir))

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Write the histograms, so that they can be looked at now."""
        left_out = 0
        with self.writer.as_default(step=epoch):
            for path, gradient in self.gradients().items():
                finite = gradient[np.isfinite(gradient)]
                left_out += gradient.size - finite.size
                if finite.size:
                    tf.summary.histogram(f"gradients/{path}", finite)
            tf.summary.scalar("gradients_not_finite", left_out)
        self.writer.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        """Close the file."""
        self.writer.close()
