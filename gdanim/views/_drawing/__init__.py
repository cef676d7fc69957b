"""Drawing shared by several views: axes, labels, curves, loss surfaces. Private to `gdanim.views`."""
