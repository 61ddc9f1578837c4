"""The outside systems, simulated over real HTTP: for tests, for the demo, for rehearsing settings before going live.

It imports nothing of the hub: what a simulated system does follows its own documentation, so that a mistake in the
hub's understanding shows. Each system lives under a path of its own (`/vies/…`), keeps state, keeps books of what it
was asked, and can be told to misbehave under `/-/<system>/`. See docs/sandbox.md.
"""
