"""The page of how many learners are priced."""
