"""One server for several districts: adding one, listing them, giving a command to each."""
