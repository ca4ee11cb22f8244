"""Files of marks on their way in: which column is which, and the marks that they hold."""
