"""The loops of steps behind `descend`: what is checked before, the two ways to run, and what they leave."""
