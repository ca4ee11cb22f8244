"""Reading what an evaluation keeps of its plan, and the vote on must-haves."""
