"""Reading what an evaluation keeps of its plan."""
