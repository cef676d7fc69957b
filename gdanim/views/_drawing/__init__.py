"""Drawing that several views share: axes, labels, curves, loss surfaces."""
