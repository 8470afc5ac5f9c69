// Things to try, one at a time, each with the settings it needs.
import { createPrompts } from "../shared/prompts.js";
import { chooseImage, chooseKernel } from "./state.js";

const PROMPTS = [
  {
    text: "Before each step, work out the next sum yourself. Where is the output largest, and what stands under the window there?",
    image: "matrix-6x6",
    kernel: "vertical-edge",
  },
  {
    text: "Bright on the left, dark on the right. Which columns of the output will not be 0? Then turn the kernel by 90° and say what is left.",
    image: "half-bright",
    kernel: "vertical-edge",
  },
  {
    text: "Both blurs are 7 wide. Look at the edges of the roof: how do the box and the Gaussian differ?",
    image: "china",
    kernel: "box-blur-7",
  },
  {
    text: "Move the middle weight up and down. At which value do flat areas turn black, and what do the weights add up to then?",
    image: "shapes",
    kernel: "edge-outline",
  },
  {
    text: "Stride 2 leaves every second position out. How many sums are left? Now set the padding so that the output is 4 × 4.",
    image: "digit-3",
    kernel: "sobel-x",
    stride: 2,
  },
  {
    text: "Dilation 3 spreads nine weights over 7 × 7 values. Which padding keeps the size? Predict it, then press “same”.",
    image: "digit-8",
    kernel: "gaussian-blur",
    dilation: 3,
  },
  {
    text: "Padding adds zeros. Why does the blurred picture get a dark frame, and how does the frame grow with the kernel?",
    image: "flower",
    kernel: "gaussian-7",
    padding: 3,
  },
  {
    text: "Three channels, three kernels, one output. Edit the green kernel alone, all cells 0: what does the flower lose?",
    image: "flower",
    kernel: "gaussian-blur",
    color: true,
  },
];

export const convolutionPrompts = (store, samples, gallery) =>
  createPrompts(PROMPTS, (prompt) => store.update(setup(prompt, samples, gallery)));

function setup({ image, kernel, stride = 1, padding = 0, dilation = 1, color = false }, samples, gallery) {
  return {
    ...chooseImage(image, samples, gallery),
    ...chooseKernel(kernel, gallery),
    stride,
    padding,
    dilation,
    color,
    bias: 0,
    channel: "all",
  };
}
