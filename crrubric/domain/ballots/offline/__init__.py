"""Ballots that are filled in without the portal: the workbook, its stamp, what it would change."""
