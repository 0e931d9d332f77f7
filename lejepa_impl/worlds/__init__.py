"""Worlds: latents, their transitions, and the mixings through which they are observed."""
