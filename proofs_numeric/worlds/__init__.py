"""Worlds to fuzz: latents, their transitions, what they declare, and their exact spectra."""
