"""What is minimised: data, models, losses, penalties, and objectives.

Knows nothing of how it is minimised.
"""
