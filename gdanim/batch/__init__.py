"""Many clips: what a plan asks for, which of it has changed, and who draws it."""
