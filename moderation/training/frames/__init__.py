"""Frames for training sentences, own work: who is spoken of, what is said, and what only looks alike."""
