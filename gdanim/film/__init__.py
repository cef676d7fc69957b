"""Scene to figure to FuncAnimation to frames to encoded file."""
