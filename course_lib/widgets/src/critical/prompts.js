// Things to try.
import { choose } from "./fields.js";

export const prompts = [
  {
    text: "Set up the saddle, and guess before you press: where does “Downhill step” lead after many presses, and “Newton step” after one?",
    ...choose("saddle"),
  },
  {
    text: "Start exactly on the ridge, at x₂ = 0, and go downhill: where do you end, and what is the smallest push that changes it?",
    ...choose("saddle"), x: -1.5, y: 0,
  },
  {
    text: "Both eigenvalues are 0 at the origin. Walk once around it: how many valleys lead down? Why can a quadratic model not see them?",
    surface: "monkey", x: 0, y: 0,
  },
  {
    text: "Both surfaces x₁² + x₂⁴ and x₁² + x₂³ have the Hessian eigenvalues 0 and 2 at the origin. For which one is it a minimum?",
    surface: "shelf", x: 0, y: 0, azimuth: 60,
  },
  {
    text: "Find Beale's two critical points by walking. Which of them is a saddle?",
    ...choose("beale"),
  },
  {
    text: "At Rosenbrock's minimum one eigenvalue is 2,500 times the other. Which step size still goes downhill, and how far does it get in 40 steps?",
    ...choose("rosenbrock"), rate: 0.001,
  },
];
