// Things to try.
import { choose } from "./fields.js";

const allOf = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "newton"];

export const prompts = [
  {
    text: "Across, the ravine is curved 50 times as strongly as along. Who zigzags, who glides, and who needs one step? Guess, then play.",
    ...choose("ravine"), racers: ["sgd", "momentum", "adam", "newton"],
  },
  {
    text: "Raise SGD's learning rate until it flies out. On the ravine the limit is 2 divided by the largest eigenvalue, 5. Does it hold?",
    ...choose("ravine"), racers: ["sgd"], rate_sgd: 0.38,
  },
  {
    text: "All start on the ridge of the saddle, where downhill points straight at the saddle point. Who ever leaves? Then turn on a little noise.",
    ...choose("saddle"), x: -1.5, y: 0, racers: allOf, rate_sgd: 0.1,
  },
  {
    text: "Newton's method looks for a flat point, not for a low one. Where does it end on the saddle, and where does everyone else?",
    ...choose("saddle"), racers: ["sgd", "momentum", "newton"],
  },
  {
    text: "Rosenbrock's valley is curved and nearly flat. Which learning rates survive? Give momentum 0.001 and SGD 0.002 and compare.",
    ...choose("rosenbrock"), racers: ["sgd", "momentum", "adam", "newton"], rate_sgd: 0.001, rate_momentum: 0.001, rate_adam: 0.1,
  },
  {
    text: "With noise, the last steps wander. Who wanders least, and what does a smaller learning rate change?",
    ...choose("bowl"), racers: ["sgd", "momentum", "adagrad", "adam"], noise: 1, rate_sgd: 0.1, rate_momentum: 0.1,
  },
];
