"""How long workers live: what keeps one running, and what starts one again that was killed."""
