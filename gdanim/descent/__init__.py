"""How it is minimised: optimizers, the loop, and the recorded run."""
