"""What goes with a video: poster, captions, alternative text, filmstrip, the run's numbers."""
