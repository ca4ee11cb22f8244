"""Tests of issuing the memo, through services, pages and the command line."""
