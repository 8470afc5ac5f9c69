"""What to do about each pattern of learning curves, why, and the chapter that treats it."""

PATTERNS = (
    "underfit_capacity",
    "underfit_unfinished",
    "overfit",
    "good_fit",
    "train_unrepresentative",
    "valid_unrepresentative",
    "valid_easier",
    "diverged",
    "at_chance",
    "cannot_tell",
)

REGULARIZATION = "chapter 6, regularization"
NORMALIZATION = "chapter 7, batch normalization"
DIAGNOSIS = "chapter 8, watching and diagnosing training"
SETTING = "chapter 1, the learning setting"

REMEDIES: dict[str, tuple[str, ...]] = {
    "underfit_capacity": (
        "Give the network more units or layers, because the training loss itself has stopped at a high level: what "
        "it cannot fit it cannot generalize (chapter 10, architectures).",
        "Take away dropout, weight decay and strong augmentation, because they hold the training loss up on purpose "
        f"({REGULARIZATION}).",
        "Try a learning rate three times larger and three times smaller, because a bad one flattens the curve "
        f"too and costs less to rule out than a new architecture ({DIAGNOSIS}).",
        "Check inputs and labels by eye, because features that do not tell the classes apart, or wrong labels, set a "
        f"floor that no network gets under ({DIAGNOSIS}).",
    ),
    "underfit_unfinished": (
        f"Train for more epochs, because both losses were still falling when the run ended ({DIAGNOSIS}).",
        "Raise the learning rate, or find it with the learning-rate finder, because steady slow progress is the sign "
        f"of steps that are too small ({DIAGNOSIS}).",
        "Normalize the inputs and add batch normalization, because they permit larger steps "
        f"({NORMALIZATION}).",
        "Only then enlarge the network, because a run that has not ended does not show what the network can do "
        "(chapter 10, architectures).",
    ),
    "overfit": (
        "Stop at the epoch with the lowest validation loss and restore its weights, because what came later fits the "
        f"training set only ({REGULARIZATION}).",
        "Collect or augment training data, because more different examples cannot be learnt by heart "
        f"({REGULARIZATION}).",
        "Add dropout, weight decay or label smoothing, because they make it costly to fit single examples "
        f"({REGULARIZATION}).",
        "Start from pretrained weights or use a smaller network, because fewer free parameters memorize less "
        "(chapter 9, transfer learning).",
    ),
    "good_fit": (
        "Keep the weights of the best validation epoch and measure once on the test set, because validation "
        f"data that chose the model flatter it ({SETTING}).",
        "Repeat the run from three seeds, because one run does not tell a real difference from luck "
        f"({DIAGNOSIS}).",
        "If you want more, enlarge network and augmentation together, because both curves are flat: more "
        "epochs alone will change little (chapter 13, climbing CIFAR-10).",
    ),
    "train_unrepresentative": (
        "Compare the two sets by eye and by class counts, and split again at random, because a gap that is "
        f"there from the start lies in the data and not in the length of training ({SETTING}).",
        "Add training examples of the kinds that validation has and training lacks, because the network cannot learn "
        f"what it is not shown ({SETTING}).",
        "Augment the training images towards the validation images (brightness, position, size), because that widens "
        f"what the training set stands for ({REGULARIZATION}).",
        "Start from pretrained weights, because they carry what a small training set lacks "
        "(chapter 9, transfer learning).",
    ),
    "valid_unrepresentative": (
        "Validate on more images, because the standard error of an accuracy p over n images is √(p(1 − p)/n): "
        f"10 points with 25 images, 2 with 600 ({SETTING}).",
        "Use k-fold cross-validation where data are few, because every image then serves for validation once "
        f"({SETTING}).",
        "Split by class (stratified), because in a small random split some classes are hardly there "
        f"({SETTING}).",
        "Do not choose epochs or settings by this curve, because its lowest point is luck "
        f"({REGULARIZATION}).",
        "If the validation set is large, lower the learning rate or average the weights, because then the "
        f"weights, not the images, are what jumps ({DIAGNOSIS}).",
    ),
    "valid_easier": (
        "Look for validation images that are also in the training set, near-copies included, because a leak makes "
        f"validation promise too much ({SETTING}).",
        "Evaluate the training set without dropout and augmentation at the end of an epoch, because if the gap goes "
        f"away it came from those and is harmless ({REGULARIZATION}).",
        "Split again at random, stratified, because the validation images may be the easy ones "
        f"({SETTING}).",
    ),
    "diverged": (
        "Divide the learning rate by ten, because steps that overshoot the valley climb its other side "
        "(chapter 3, loss surfaces).",
        "Warm the learning rate up and clip the norm of the gradient, because the first steps and rare batches are "
        "where it blows up (chapter 4, vanishing and exploding gradients).",
        "Check the initialization, because weights that are too large multiply from layer to layer "
        "(chapter 5, weight initialization).",
        "Look for broken inputs and for log(0) or a division by zero in the loss, because these give NaN at any "
        f"learning rate ({DIAGNOSIS}).",
    ),
    "at_chance": (
        "Try to fit ten images by heart, because a network that cannot do that has a bug and no data will help "
        f"({DIAGNOSIS}).",
        "Check that each image still has its own label after shuffling and augmentation, because shuffled "
        f"labels cannot be predicted ({DIAGNOSIS}).",
        "Look at the gradient norm of each layer, because dead or saturated units pass no gradient "
        "(chapter 4, vanishing and exploding gradients).",
        "Check that the optimizer has the model's parameters and a learning rate that is neither zero nor far too "
        f"large, because both leave a network guessing ({DIAGNOSIS}).",
        "Use He or Glorot initialization and normalized inputs, because a bad start can put all units into "
        "their flat region (chapter 5, weight initialization).",
    ),
    "cannot_tell": (
        "Train for at least ten epochs, because trends need points: five are the least, ten give a verdict that a "
        f"single odd epoch does not change ({DIAGNOSIS}).",
        "Record training and validation loss, and if you can both accuracies, after every epoch, because the "
        f"patterns are differences between these curves ({DIAGNOSIS}).",
    ),
}  # fmt: skip
