"""Agenda of the meeting and the adopted ranking."""
