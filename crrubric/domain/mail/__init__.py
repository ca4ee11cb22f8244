"""Texts and timing of mails."""
