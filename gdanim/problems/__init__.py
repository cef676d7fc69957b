"""What is minimised: data, models, losses, and the problem that joins them."""
