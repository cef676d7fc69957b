"""What a run means, in numbers and in words. Knows nothing of files and formats."""
