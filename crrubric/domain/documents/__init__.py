"""Papers as values: the tree that memo, minutes, ballots and letters are drawn from."""
