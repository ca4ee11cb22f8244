"""The pages of accounts, for administrators: the list, one account, what is done with it."""
