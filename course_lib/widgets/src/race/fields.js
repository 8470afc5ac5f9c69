// What the reader can set.
import { oneOf, range, someOf } from "../shared/fields.js";
import { SURFACES, surfaceOptions } from "../shared/surfaces.js";

export const STEPS = 200;

/** Who races: key, name, learning rate to begin with, and how the path is drawn. */
export const RACERS = [
  { key: "sgd", name: "SGD", rate: 0.03, color: "blue", shape: "circle" },
  { key: "momentum", name: "Momentum", rate: 0.03, color: "orange", shape: "square", dash: "9 4" },
  { key: "nesterov", name: "Nesterov", rate: 0.03, color: "green", shape: "diamond", dash: "2 4" },
  { key: "adagrad", name: "AdaGrad", rate: 0.3, color: "yellow", shape: "down", dash: "9 3 2 3" },
  { key: "rmsprop", name: "RMSProp", rate: 0.03, color: "sky", shape: "cross", dash: "5 3" },
  { key: "adam", name: "Adam", rate: 0.1, color: "purple", shape: "up", dash: "12 3" },
  { key: "newton", name: "Newton", rate: 1, color: "vermillion", shape: "star", dash: "3 3" },
];

const rates = Object.fromEntries(
  RACERS.map(({ key, name, rate }) => [`rate_${key}`, range(`Learning rate of ${name}`, rate, 0.0001, 2, 0.0001, { log: true })]),
);

export const fields = {
  surface: oneOf("Surface", "ravine", surfaceOptions("bowl", "ravine", "saddle", "monkey", "trough", "rosenbrock", "beale")),
  x: range("Start x₁", -1.8, -2, 4.5, 0.05, { free: true }),
  y: range("Start x₂", 0.6, -2.75, 3, 0.05, { free: true }),
  racers: someOf("Who races", ["sgd", "momentum", "adam", "newton"], RACERS.map(({ key, name }) => [key, name])),
  noise: range("Noise on the gradient", 0, 0, 2, 0.05),
  seed: range("Draw of the noise", 1, 1, 99),
  step: range("Step", 0, 0, STEPS),
  ...rates,
};

export const choose = (name) => ({ surface: name, x: SURFACES[name].start[0], y: SURFACES[name].start[1], step: 0 });
