"""crrubric: a committee scores vendors alone and blind; the record stands."""

__version__ = "0.1.0"
