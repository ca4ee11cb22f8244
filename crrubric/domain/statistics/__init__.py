"""How far ballots agree and how far the order of the vendors can be trusted."""
