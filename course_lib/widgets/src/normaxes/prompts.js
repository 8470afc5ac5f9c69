// Things to try.

export const prompts = [
  {
    text: "One value is chosen. Say for each norm which other values share its mean, then look: how many are they?",
    norm: "batch", example: 1, channel: 2,
  },
  {
    text: "With how many groups is group norm the same as layer norm, and with how many the same as instance norm? Compare the rows of the table.",
    norm: "group", groups: "3",
  },
  {
    text: "Example 0 is multiplied by ten. Which norms notice, and whose values change? Go through all four.",
    norm: "batch", times: "example", example: 2, channel: 2,
  },
  {
    text: "Now channel 0 of all examples is multiplied by ten. Which norms notice this, and why does batch norm not?",
    norm: "layer", times: "channel", example: 1, channel: 2,
  },
];
