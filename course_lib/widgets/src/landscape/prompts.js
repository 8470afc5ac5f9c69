// Things to try.

export const prompts = [
  {
    text: "Before you look: 6 convolutions learn with and without skip connections. Will their surfaces look alike? Then go to 24 and to 48.",
    depth: "6",
  },
  {
    text: "With 48 convolutions, turn both surfaces. On which one would a walk downhill, from anywhere, end at the bottom? Count the dips in the table.",
    depth: "48",
  },
  {
    text: "Find the distance from the middle along d₁ at which the loss passes 1, for both networks of 24 convolutions. What does it say about the size of a safe step?",
    depth: "24", a: 2, b: 0,
  },
  {
    text: "Now draw both on the same scale, and then the logarithm of the loss. Which of the pictures would you put into a talk, and what would it claim?",
    depth: "24", same: true,
  },
  {
    text: "Look at the line from the first weights to the last. Is there a hill between them? What would a network stuck behind one look like?",
    depth: "24",
  },
];
